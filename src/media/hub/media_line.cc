#include "media/hub/media_line.h"

#include <algorithm>
#include <cstdlib>

namespace vitrine {
namespace {

int64_t ticks(Microseconds time) {
  return time.count() * kTicksPerMs / 1'000;
}

}  // namespace

MediaLine::Placed MediaLine::place(FrameKind kind, int64_t dts, int64_t pts, MonotonicTime came_in) {
  Track& track = tracks_[static_cast<size_t>(kind)];
  bool anew = !anchored_;
  if (anchored_ && jumped(track, dts, came_in)) {
    ++jumps_;
    anew = true;
  }
  if (anew) anchor(dts, came_in);
  Placed placed{dts + offset_, pts + offset_, anew};
  if (placed.dts <= track.line_dts) {
    placed.dts = track.line_dts + 1;
    if (!anew) ++repaired_;
  }
  placed.pts = std::max(placed.pts, placed.dts);
  track = {true, dts, came_in, placed.dts};
  if (placed.dts > newest_dts_ || !begun_) {
    newest_dts_ = placed.dts;
    newest_at_ = came_in;
  }
  newest_pts_ = std::max(newest_pts_, placed.pts);
  begun_ = true;
  return placed;
}

// A step that the server's clock made too is none: some send one picture in five seconds.
bool MediaLine::jumped(const Track& track, int64_t dts, MonotonicTime came_in) const {
  if (!track.seen) return std::llabs(dts + offset_ - newest_dts_) > kTracksApartTicks;
  const int64_t step = dts - track.publisher_dts;
  if (std::llabs(step) <= kJumpTicks) return false;
  return std::llabs(step - ticks(came_in - track.came_in)) > kJumpTicks;
}

void MediaLine::anchor(int64_t dts, MonotonicTime came_in) {
  const int64_t passed = begun_ ? std::max<int64_t>(0, ticks(came_in - newest_at_)) : 0;
  offset_ = newest_dts_ + passed - dts;
  anchored_ = true;
  for (Track& track : tracks_) track.seen = false;
}

}  // namespace vitrine
