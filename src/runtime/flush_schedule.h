// When the next flush may leave: one in every interval. A flush that comes late, because the picture did,
// does not move those after it: else each late picture would leave all later ones waiting for their turn.
//
//   slots    |----- 40 ms -----|-----------------|-----------------|
//   pictures 0                 40       (late) 70|80               120
//   flushes  ^                 ^               ^ ^                 ^        and not at 110, 150, ...
//
// Owns    the beginning of the next slot.
// Thread  one.
#pragma once

#include "base/clock.h"

namespace vitrine {

class FlushSchedule {
 public:
  // The earliest moment of the next flush.
  MonotonicTime next() const { return next_; }
  void flushed(MonotonicTime now, Milliseconds interval) {
    const bool in_its_slot = now - next_ < interval;
    next_ = (in_its_slot ? next_ : now) + interval;
  }

 private:
  MonotonicTime next_{};
};

}  // namespace vitrine
