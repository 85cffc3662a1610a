// A clock that stands still until told to move; wall, monotonic and boot time move apart on request.
//
// Thread  one at a time.
#pragma once

#include "base/clock.h"

namespace vitrine {

class FakeClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return monotonic_; }
  WallTime wall() const override { return wall_; }
  BootTime boot() const override { return boot_; }

  // All three go on together, as in ordinary life.
  void advance(Milliseconds time) {
    monotonic_.since_start += time;
    wall_.ms += time.count();
    boot_.ms += time.count();
  }
  // Somebody set the wall clock.
  void step_wall(Milliseconds time) { wall_.ms += time.count(); }
  // The machine was restarted and was off for `off`.
  void reboot(Milliseconds off) {
    wall_.ms += off.count();
    boot_ = {1'000, boot_.boot_id + 1};
    monotonic_ = {};
  }

 private:
  MonotonicTime monotonic_{Microseconds(1'000'000)};
  WallTime wall_{1'790'000'000'000};
  BootTime boot_{1'000, 1};
};

}  // namespace vitrine
