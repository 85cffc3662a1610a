// How one feed treats its viewers: when it sends, and what happens to those who cannot follow.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "runtime/ring_slabs.h"

namespace vitrine {

enum class FlushMode : uint8_t {
  interval,  // a leading slab leaves when the flush interval has passed and takes what waits along
  sweep,     // at once, and each send takes all up to the head at that moment
};

enum class LagPolicy : uint8_t {
  skip,  // go on at the newest join point ahead; send nothing until there is one
  ask,   // tell the listener and wait for RingSeat::resume()
};

struct RingPolicy {
  FlushMode flush = FlushMode::sweep;
  // Interval mode: fixed, or chosen by the core's FlushPacer when automatic.
  Milliseconds flush_interval{40};
  bool flush_automatic = false;
  LagPolicy on_lag = LagPolicy::skip;
  // The lag budget: how old the data a viewer still lacks may be, counting what the kernel holds.
  Milliseconds lag_max{3'000};
  // A viewer that takes nothing for so long is closed.
  Milliseconds stall_max{30'000};
};

struct FeedOptions {
  RingLimits limits;
  RingPolicy policy;
};

// Counted on each core, summed by the feed about once a second.
struct RingStats {
  // Upper bounds of the latency buckets; one more bucket takes the rest.
  static constexpr std::array<int, 11> kLatencyMs{1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000};

  int64_t viewers = 0;
  uint64_t sends = 0;
  uint64_t bytes = 0;
  uint64_t skips = 0;          // times a viewer was taken to a join point ahead
  uint64_t slabs_skipped = 0;  // that it never got
  // From a slab's birth until the kernel has taken its last byte, per viewer and slab sent in time with
  // the others (a viewer that catches up is counted as skipped or lagging, not here).
  std::array<uint64_t, kLatencyMs.size() + 1> latency{};
  uint64_t latency_sum_us = 0;

  RingStats& operator+=(const RingStats& more);
};

}  // namespace vitrine
