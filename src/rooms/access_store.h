// The SQL of who may watch: rules, passes, trials, ended sign-ins and invite codes. In rooms.sqlite.
//
// Thread  inside a closure of the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rooms/door_book.h"
#include "store/database.h"
#include "store/field_cipher.h"

namespace vitrine {

// Migrations of the module.
extern const std::string_view kAccessTables;
// `key_text` is empty from then on; all_access() moves what is in it.
extern const std::string_view kAccessSealed;

struct StoredPass {
  std::string room;
  std::string viewer;
  Pass pass;
};
// A code that lets in whoever has it, `uses_max` times.
struct Invite {
  int64_t number = 0;  // the effect an idempotency key names
  std::string code;
  std::string label;  // whom it was made for, in the words of staff
  int64_t uses = 0;
  int64_t uses_max = 0;
  WallTime until{};  // 0: until it is taken back
  std::string by;
  WallTime at;
};
inline constexpr int64_t kInvitesOfRoomMax = 200;
struct EndedSession {
  std::string session;
  WallTime until;  // no play token made in it can be valid any more
};
inline constexpr Milliseconds kTrialKept{30LL * 24 * 3'600'000};  // then a device may begin another
inline constexpr std::string_view kTierSource = "tier";
std::string invite_source(const std::string& code);
std::string order_source(const std::string& order);

// A token's key is sealed: who has the file alone can make no token.
Result<void> set_access(Transaction& tx, const std::string& room, const AccessRules& rules,
                        const FieldCipher& cipher);
// A room whose key cannot be opened has an empty one, which no token fits; the log says so.
Result<std::vector<std::pair<std::string, AccessRules>>> all_access(Transaction& tx,
                                                                    const FieldCipher& cipher);

Result<void> add_pass(Transaction& tx, const StoredPass& pass);
// Those that still let somebody in.
Result<std::vector<StoredPass>> all_passes(Transaction& tx, WallTime now);
// An order was given back: what it paid for lets nobody in any more.
Result<void> drop_order_passes(Transaction& tx, const std::string& order);
// A member's tier is `tier` now: passes of rooms that ask for a higher one go.
Result<void> drop_tier_passes(Transaction& tx, const std::string& viewer, int64_t tier);

Result<void> add_trials(Transaction& tx, const std::vector<Trial>& trials);
Result<std::vector<Trial>> all_trials(Transaction& tx, WallTime now);
Result<void> add_ended_session(Transaction& tx, const EndedSession& ended);
Result<std::vector<EndedSession>> all_ended_sessions(Transaction& tx, WallTime now);

// Errors: `exhausted` "rooms.too_many_invites".
Result<void> add_invite(Transaction& tx, const std::string& room, const Invite& invite);
Result<std::optional<Invite>> invite_by_number(Transaction& tx, const std::string& room, int64_t number);
Result<std::vector<Invite>> invites_of(Transaction& tx, const std::string& room);
// Counts one use. Errors: `forbidden` "rooms.wrong_code" when there is none, it has ended or is used up.
Result<Invite> use_invite(Transaction& tx, const std::string& room, const std::string& code, WallTime now);
// Takes the code back and every pass it gave. Errors: `not_found` "rooms.invite".
Result<void> drop_invite(Transaction& tx, const std::string& room, const std::string& code);

}  // namespace vitrine
