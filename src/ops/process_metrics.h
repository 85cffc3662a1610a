// What the process itself costs: descriptors, memory, processor time, and how late each core's loop is.
//
// Owns    its metrics in the shared registry.
// Thread  watch() once before the cores start or on the main thread; sample() from any core, one at a time
//         by its own lock.
// Never   blocks on anything but /proc, which is memory.
#pragma once

#include <memory>

#include "runtime/core.h"
#include "runtime/guarded.h"
#include "runtime/metrics.h"

namespace vitrine {

class ProcessMetrics {
 public:
  explicit ProcessMetrics(prometheus::Registry& registry);

  // Starts measuring loop lag on every core (ops.loop_lag_ms apart) until the core stops.
  void watch(Cores& cores, const Clock& clock);
  // Reads /proc/self into the gauges; call before rendering.
  void sample();

 private:
  static Task<void> watch_loop(const Clock* clock, prometheus::Histogram* lag);

  prometheus::Registry& registry_;
  prometheus::Gauge& open_fds_;
  prometheus::Gauge& max_fds_;
  prometheus::Gauge& resident_bytes_;
  prometheus::Counter& cpu_seconds_;
  Guarded<double> cpu_seen_{0};
};

}  // namespace vitrine
