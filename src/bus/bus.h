// The bus carries committed events from one module's outbox to others, at least once; a consumer
// keeps its cursor in the transaction of its effect, so each effect happens once (SHOP-RULES 7).
//
// Owns    one pump per subscription.
// Thread  source(), subscribe() and trouble() from any, also after start(); applied() runs on the
//         subscription's core; stop() from no core, while the cores still run.
// Never   loses an event: losing a wake-up costs latency only (a poll each second finds it).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/core.h"
#include "store/database.h"

namespace vitrine {

// In the database of whoever follows events, made when it first does: how far it has come in which source.
inline constexpr std::string_view kBusCursorTable =
    "CREATE TABLE IF NOT EXISTS bus_cursor (consumer TEXT NOT NULL, source TEXT NOT NULL,"
    " n BIGINT NOT NULL, PRIMARY KEY (consumer, source))";

struct EventRow {
  std::string shop_id;
  int64_t n = 0;  // gapless per source, in commit order
  std::string kind;
  int schema = 1;
  std::string aggregate;
  int64_t version = 0;
  std::string payload;  // JSON object
  WallTime at;
};

struct Subscription {
  std::string consumer;            // unique: "rooms.control"
  std::string source;              // a Database's name: "shop"
  std::vector<std::string> kinds;  // empty: all
  Database* target = nullptr;      // where the effect and the cursor live
  Core* core = nullptr;            // where applied() runs
  // The effect, in a transaction of `target` together with the cursor. It may run again after a
  // failed commit. An Error stops this subscription, is retried with back-off and shows in readyz.
  std::function<Result<void>(Transaction&, const EventRow&)> apply;
  // After the commit, in order: the moment to change memory and tell people. On `core`.
  std::function<void(const std::vector<EventRow>&)> applied{};
  // These events were given to apply() and nothing of it was committed; they will come again. On `core`.
  std::function<void(const std::vector<EventRow>&)> failed{};
};

class Bus {
 public:
  virtual ~Bus() = default;
  virtual void source(Database& database) = 0;
  virtual void subscribe(Subscription subscription) = 0;
  virtual void start() = 0;
  virtual void stop() = 0;  // returns when no pump runs
  // "consumer: reason" of every subscription that is stuck; empty when all flow.
  virtual std::vector<std::string> trouble() const = 0;
};

struct LocalBusOptions {
  Milliseconds poll{1'000};                        // finds what a lost wake-up left
  Milliseconds back_off_first{50};                 // after an Error; doubles
  Milliseconds back_off_most{5'000};               // and stays here
  Milliseconds prune_every{10'000};                // rows behind all cursors are deleted
  Milliseconds reader_kept{7LL * 24 * 3'600'000};  // a consumer unseen for so long holds no rows back
};

// The in-process bus: reads the outbox rows of the databases in this process. A subscription whose
// source does not run here waits for it.
std::unique_ptr<Bus> make_local_bus(LocalBusOptions options = {});

}  // namespace vitrine
