// Chooses the flush interval of all feeds on one core that leave it to us: the smallest of 0, 20, 40,
// 100 and 200 ms whose predicted cost is under half the core, because the number of sends is the bill
// (DESIGN 4.1). Changes at most once a second.
//
// Owns    what a send costs here, learnt from what was sent, and the sum of what feeds ask for.
// Thread  its core.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace vitrine {

class FlushPacer {
 public:
  static constexpr std::array<int, 5> kIntervalsMs{0, 20, 40, 100, 200};

  // What one feed would send in a second if every leading slab were flushed by itself.
  struct Demand {
    double viewers = 0;
    double leads_per_second = 0;
    double bytes_per_second = 0;  // to one viewer
  };

  Milliseconds interval() const { return interval_; }
  // What some sends have cost: CPU time of this thread.
  void learn(uint64_t sends, uint64_t bytes, Microseconds cpu);
  // Counts a feed's demand in, as it is at each choice, from now until leave(). Borrowed.
  void enter(const Demand& demand) { feeds_.push_back(&demand); }
  void leave(const Demand& demand) { std::erase(feeds_, &demand); }
  // Chooses anew; does nothing within a second of the last choice.
  void choose(MonotonicTime now);

 private:
  double predicted_us(int interval_ms) const;

  double send_us_ = 8.0;  // measured on a loopback socket; learnt anew as soon as there are viewers
  std::vector<const Demand*> feeds_;
  Milliseconds interval_{0};
  MonotonicTime chosen_{};
};

}  // namespace vitrine
