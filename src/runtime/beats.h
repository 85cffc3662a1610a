// Wakes all who wait for the same beat of a core in one turn: two hundred publishers read forty times a
// second cost forty timers then, not eight thousand, and what they bring leaves together.
//
// Owns    one timer for each distinct beat, and the coroutines that wait for it.
// Thread  its core.
// Never   holds the loop for long: after kSlice of them everybody else gets a turn.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "runtime/task.h"

namespace vitrine {

// A service of the io_context, which makes and destroys it: boost::asio::use_service<Beats>(io).
class Beats final : public boost::asio::execution_context::service {
 public:
  using key_type = Beats;
  static boost::asio::execution_context::id id;

  explicit Beats(boost::asio::execution_context& context);
  void shutdown() override;

  // Until the next multiple of `every` on the monotonic clock, or hurry(who). Who waits once at a time.
  Task<void> next(Milliseconds every, const void* who);
  // Ends who's wait in the loop's next turn; nothing when it does not wait.
  void hurry(const void* who);

 private:
  static constexpr size_t kSlice = 16;

  struct Waiting {
    const void* who;
    std::move_only_function<void()> wake;
  };
  struct Group {
    Group(boost::asio::io_context& io, Milliseconds beat) : every(beat), timer(io) {}
    Milliseconds every;
    boost::asio::steady_timer timer;
    bool armed = false;
    std::vector<Waiting> waiting;  // for the next beat
    std::vector<Waiting> due;      // the last beat's that have not had their turn
    size_t done = 0;               // of those due
  };

  Group& group_of(Milliseconds every);
  void add(Milliseconds every, Waiting waiting);
  void arm(Group& group);
  void slice(Group& group);

  boost::asio::io_context& io_;
  std::deque<Group> groups_;  // few: one for each flush interval in use; they stay where they are
};

}  // namespace vitrine
