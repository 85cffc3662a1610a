// One subscription at work: reads the source's outbox behind its cursor, applies a run of events in
// one transaction of the target together with the cursor, then tells its core.
//
// Invariants: 1. An effect and the cursor that covers it are one transaction. 2. applied() sees each
// committed run once in this process, in order, also when the answer of its COMMIT was lost.
//
// Owns    the position, the back-off and the timer it sleeps on.
// Thread  start(), wake(), stop() and trouble() from any; the rest on the subscription's core.
// Never   skips an event because its effect failed.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>

#include "bus/bus.h"
#include "runtime/guarded.h"

namespace vitrine {

class Pump : public std::enable_shared_from_this<Pump> {
 public:
  Pump(Subscription subscription, LocalBusOptions options);

  const std::string& source_name() const { return subscription_.source; }
  // `source` outlives stop().
  void start(Database& source);
  void wake();
  // Asks it to end; the future is ready when no code of the subscription runs any more.
  std::shared_future<void> stop();
  std::optional<std::string> trouble() const;

 private:
  using Rows = std::shared_ptr<const std::vector<EventRow>>;
  enum class Turn : uint8_t { idle, more, failed };

  Task<void> run(std::shared_ptr<Pump> self);
  Task<void> pause(Milliseconds time);
  Task<Turn> turn();
  Task<Result<void>> load_cursor();
  Task<Result<void>> be_known(int64_t cursor);
  Task<Result<Rows>> read_on();
  Task<Result<void>> apply(Rows rows);
  Task<Result<void>> settle_unknown(Rows rows);
  Task<void> prune();
  using Listener = std::function<void(const std::vector<EventRow>&)>;
  void tell(const Listener& listener, const Rows& rows);
  Turn failed(Error error);
  bool wanted(const EventRow& row) const;

  Subscription subscription_;
  LocalBusOptions options_;
  SystemClock clock_;
  Database* source_ = nullptr;
  boost::asio::steady_timer timer_;
  std::optional<int64_t> cursor_;  // as committed in the target; empty until read
  Rows unsettled_;                 // given to a COMMIT whose answer was lost
  int64_t rows_max_;
  Milliseconds back_off_{0};
  MonotonicTime prune_at_;
  std::optional<int64_t> pruned_cursor_;
  std::atomic<bool> started_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> wake_posted_{false};
  bool awake_ = false;
  Guarded<std::optional<Error>> trouble_;
  std::promise<void> ended_;
  std::shared_future<void> ended_future_;
};

}  // namespace vitrine
