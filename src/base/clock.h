// Three kinds of time that do not convert silently: MonotonicTime for time-outs, WallTime for what is
// stored and shown, MediaTime for what is in the picture.
//
// Thread  SystemClock may be read from any thread; FakeClock (testing/) from one.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace vitrine {

using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;

// Time since some moment before the process began (CLOCK_MONOTONIC). Never stored.
struct MonotonicTime {
  Microseconds since_start{0};
  friend auto operator<=>(const MonotonicTime&, const MonotonicTime&) = default;
};
inline Microseconds operator-(MonotonicTime a, MonotonicTime b) {
  return a.since_start - b.since_start;
}
inline MonotonicTime operator+(MonotonicTime a, Microseconds d) {
  return {a.since_start + d};
}

// Milliseconds since 1970-01-01 UTC.
struct WallTime {
  int64_t ms = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};
inline Milliseconds operator-(WallTime a, WallTime b) {
  return Milliseconds(a.ms - b.ms);
}
inline WallTime operator+(WallTime a, Milliseconds d) {
  return {a.ms + d.count()};
}

// A point in a stream's picture (DESIGN 4.3). `pts` counts 90 kHz ticks on the stream's own line and
// is comparable only within one epoch.
struct MediaTime {
  int64_t epoch = 0;
  int64_t pts = 0;
  friend bool operator==(const MediaTime&, const MediaTime&) = default;
};

// Time that goes on while the machine sleeps (CLOCK_BOOTTIME) and the boot it belongs to: deadlines
// that outlive a restart (SHOP-RULES 11).
struct BootTime {
  int64_t ms = 0;
  uint64_t boot_id = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic() const = 0;
  virtual WallTime wall() const = 0;
  virtual BootTime boot() const = 0;
};

class SystemClock final : public Clock {
 public:
  SystemClock();
  MonotonicTime monotonic() const override;
  WallTime wall() const override;
  BootTime boot() const override;

 private:
  uint64_t boot_id_;
};

}  // namespace vitrine
