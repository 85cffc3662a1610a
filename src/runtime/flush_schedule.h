// When the next flush may leave: one in every interval. A flush that comes late, because the picture did,
// does not move those after it: else each late picture would leave all later ones waiting for their turn.
//
//   slots    |----- 40 ms -----|-----------------|-----------------|
//   pictures 0                 40       (late) 70|80               120
//   flushes  ^                 ^               ^ ^                 ^        and not at 110, 150, ...
//
// Slots begin on a beat, the same for all feeds of one interval: publishers are read on it too, so that what
// many streams brought in one turn leaves in that turn, and their viewers wake once for all of them.
//
// Owns    the beginning of the next slot.
// Thread  one.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace vitrine {

// How often publishers are read whose feeds flush at this interval: with each flush, since nobody would get
// sooner what was read before; a part of a long one, so that the kernel need not hold all of it. Beats fall
// on the multiples of it on the monotonic clock.
inline Milliseconds flush_beat(Milliseconds interval) {
  constexpr Milliseconds kBeatMax{100};
  return interval / std::max<int64_t>(1, (interval + kBeatMax - Milliseconds(1)) / kBeatMax);
}

class FlushSchedule {
 public:
  // The earliest moment of the next flush.
  MonotonicTime next() const { return next_; }
  // The first beat that is not before `time`.
  static MonotonicTime on_beat(MonotonicTime time, Milliseconds interval) {
    const Microseconds beat = flush_beat(interval);
    if (beat == Microseconds(0)) return time;
    return {(time.since_start + beat - Microseconds(1)) / beat * beat};
  }
  void flushed(MonotonicTime now, Milliseconds interval) {
    const bool in_its_slot = now - next_ < interval;
    next_ = (in_its_slot ? next_ : now) + interval;
    if (const Milliseconds beat = flush_beat(interval); beat > Milliseconds(0))
      next_.since_start -= next_.since_start % beat;
  }

 private:
  MonotonicTime next_{};
};

}  // namespace vitrine
