// The bounded ring of one feed on one core: references to slabs under consecutive sequence numbers.
//
// Owns    a reference to each slab it still holds.
// Thread  one core.
// Never   drops the newest join point for its age: only count and bytes can, and a viewer that joins
//         then waits for the next one.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"
#include "wire/slab.h"

namespace vitrine {

struct RingLimits {
  size_t slabs_max = 8'192;
  size_t bytes_max = 32u << 20;
  Milliseconds age_max{10'000};
};

class RingSlabs {
 public:
  explicit RingSlabs(RingLimits limits) : limits_(limits) {}

  // Takes the slab as number head() and drops the oldest ones that are over a limit; the newest stays.
  void append(SlabPtr slab);
  // Forgets everything; the next slab will be number `sequence` >= head(). Cursors below it have lost data.
  void restart_at(uint64_t sequence);

  uint64_t first() const { return first_; }
  uint64_t head() const { return first_ + slabs_.size(); }
  bool empty() const { return slabs_.empty(); }
  size_t bytes() const { return bytes_; }
  // first() <= sequence < head().
  const SlabPtr& at(uint64_t sequence) const;
  // The newest place where a cursor may start or resume.
  std::optional<uint64_t> newest_join_point() const;

  // How old the data a cursor still lacks is: from the slab it must send next to the newest one. Bytes
  // in `held` count as not sent, because the kernel still has them.
  Microseconds lag(uint64_t cursor, size_t held) const;

 private:
  // What is asked of a slab long after it was used last lies here: its own memory has left the cache by then.
  struct Held {
    SlabPtr slab;
    int64_t born_us;
    size_t size;
  };

  bool over_limit() const;
  void drop_oldest();

  RingLimits limits_;
  std::deque<Held> slabs_;
  std::deque<uint64_t> join_points_;
  uint64_t first_ = 0;
  size_t bytes_ = 0;
};

}  // namespace vitrine
