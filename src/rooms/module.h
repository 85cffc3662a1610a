// Rooms: live sessions with chat, likes, presence and moderation; tells viewers what happens in the shop.
//
// Owns    rooms.sqlite, chat.sqlite and all rooms of this process.
// Thread  construction, start, drain and stop on the program's main thread while the cores run; routes
//         on any core; a room on its home core.
// Never   decides about goods or money.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "bus/bus.h"
#include "contract/audience.h"
#include "contract/media.h"
#include "contract/members.h"
#include "contract/module.h"
#include "contract/ops.h"
#include "contract/proofs.h"
#include "contract/purchases.h"
#include "contract/rooms.h"
#include "net/router.h"
#include "runtime/core.h"
#include "runtime/metrics.h"

namespace vitrine {

struct RoomsNeeds {
  Cores& cores;
  Router& router;
  Bus& bus;
  const Clock& clock;
  IdSource& ids;
  std::string data_directory;
  std::string database_url{};  // "postgres://..."; empty: SQLite under data_directory
  prometheus::Registry& metrics;
  MediaPort& media;
  OpsPort& ops;
  MembersPort& members;
  ProofPort& proofs;
  Random& random;
};

class RoomsModule final : public Module {
 public:
  explicit RoomsModule(RoomsNeeds needs);
  ~RoomsModule() override;

  Result<void> start() override;
  void drain() override;
  void stop() override;
  std::optional<std::string> trouble() const override;

  // Who may watch: the decision of the rooms' doors. Lives as long as the module.
  const AudiencePort& audience() const;
  // Who knows what was paid; before start.
  void set_purchases(PurchasePort& purchases);
  // What other modules may ask. Lives as long as the module.
  const RoomsPort& port() const;

  // For the command line and the demo; the stream has the room's name.
  // Errors: `invalid_input` "rooms.name", `conflict` "rooms.exists", `unavailable`.
  Task<Result<void>> create_room(std::string room, std::string title, std::string host_name);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace vitrine
