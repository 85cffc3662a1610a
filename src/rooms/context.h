// What the parts of the rooms module share once it has started.
//
// Owns    both databases, the directory of rooms and the private lanes.
// Thread  filled in by start() before anything else runs; then any.
#pragma once

#include <atomic>
#include <memory>

#include "contract/media.h"
#include "contract/members.h"
#include "contract/ops.h"
#include "rooms/door_book.h"
#include "rooms/follow_book.h"
#include "rooms/live_book.h"
#include "rooms/private_lanes.h"
#include "rooms/review_hook.h"
#include "rooms/role_book.h"
#include "rooms/room_directory.h"
#include "runtime/ring_policy.h"
#include "store/database.h"
#include "store/field_cipher.h"

namespace vitrine {

struct RoomsContext {
  Cores& cores;
  const Clock& clock;
  IdSource& ids;
  MediaPort& media;
  OpsPort& ops;
  MembersPort& members;
  const FieldCipher& cipher;  // of secrets of rooms; loaded before the databases open
  std::unique_ptr<Database> database;
  std::unique_ptr<Database> chat;
  RoomDirectory directory;
  RoleBook roles{};
  LiveBook lives{};
  DoorBook doors{roles, lives, clock};
  FollowBook follows{};
  ReviewHook review{clock};
  PrivateLanes lanes;
  size_t resume_events = 2'000;
  FeedOptions feed;
  std::atomic<bool> closing{false};  // an event that comes now waits for the next start
};

}  // namespace vitrine
