// The sound of the demo stream: a gentle chime at every full second of the clock in the picture, one
// note of a pentatonic scale after the other.
//
// Thread  any.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace vitrine {

// The sample (-1..1) at `offset` samples after wall time `start`, at `rate` samples a second.
float demo_sample(WallTime start, int64_t offset, int rate);

}  // namespace vitrine
