#include "media/hub/media_line.h"

#include <algorithm>
#include <cstdlib>

namespace vitrine {
namespace {

int64_t ticks(Microseconds time) {
  return time.count() * kTicksPerMs / 1'000;
}

}  // namespace

int64_t MediaLine::Track::expected(MonotonicTime now) const {
  return publisher_dts + offset + ticks(now - came_in);
}

MediaLine::Placed MediaLine::place(FrameKind kind, int64_t dts, int64_t pts, MonotonicTime came_in) {
  Track& track = tracks_[static_cast<size_t>(kind)];
  const Track& other = tracks_[1 - static_cast<size_t>(kind)];
  const bool anew = choose_offset(track, other, dts, came_in);
  const bool back = track.seen && !anew && dts <= track.publisher_dts;
  if (back) ++repairs_.steps_back;
  const int64_t shown_after = composition(track, dts, pts);
  Placed placed{dts + track.offset - track.shift, dts + track.offset + shown_after, anew};
  if (track.line_dts != INT64_MIN) placed.dts = std::max(placed.dts, track.line_dts + 1);
  placed.pts = std::max(placed.pts, placed.dts);
  track.seen = true;
  track.publisher_dts = dts;
  track.came_in = came_in;
  track.line_dts = placed.dts;
  if (placed.dts > newest_dts_ || !begun_) {
    newest_dts_ = placed.dts;
    newest_at_ = came_in;
  }
  newest_pts_ = std::max(newest_pts_, placed.pts);
  begun_ = true;
  return placed;
}

// True when the line was anchored anew for this frame.
bool MediaLine::choose_offset(Track& track, const Track& other, int64_t dts, MonotonicTime came_in) {
  if (!anchored_) {
    for (Track& each : tracks_) {
      each.seen = false;
      each.shift = 0;
    }
    anchored_ = true;
    track.offset = anchor(dts, came_in);
    return true;
  }
  if (!track.seen) {
    track.offset = other.offset;
    if (std::llabs(dts + track.offset - newest_dts_) <= kTracksApartTicks) return false;
    ++repairs_.tracks_apart;
    track.offset = anchor(dts, came_in);
    return false;
  }
  if (!jumped(track, other, dts, came_in)) return false;
  const int64_t expected = track.expected(came_in);
  const bool follows = other.seen && std::llabs(dts + other.offset - expected) <= kJumpTicks;
  track.offset = follows ? other.offset : expected - dts;
  if (!follows) ++repairs_.jumps;
  return !follows;
}

// A step that the server's clock made too is none: some send one picture in five seconds. Nor is one that
// lands where the other track is: a publisher whose line was slow left pictures out and then hurried.
bool MediaLine::jumped(const Track& track, const Track& other, int64_t dts, MonotonicTime came_in) const {
  const int64_t step = dts - track.publisher_dts;
  if (std::llabs(step) <= kJumpTicks) return false;
  if (std::llabs(step - ticks(came_in - track.came_in)) <= kJumpTicks) return false;
  const bool in_step = other.seen && other.offset == track.offset &&
                       std::llabs(dts + track.offset - other.expected(came_in)) <= kJumpTicks;
  return !in_step;
}

// The offset that puts `dts` behind the newest frame by the time that passed since it came in.
int64_t MediaLine::anchor(int64_t dts, MonotonicTime came_in) const {
  const int64_t passed = begun_ ? std::max<int64_t>(0, ticks(came_in - newest_at_)) : 0;
  return newest_dts_ + passed - dts;
}

// How long after its dts a frame is shown; below zero only as far as dts is moved back.
int64_t MediaLine::composition(Track& track, int64_t dts, int64_t pts) {
  const int64_t shown_after = pts - dts;
  if (std::llabs(shown_after) > kCompositionMaxTicks) {
    ++repairs_.compositions;
    return 0;
  }
  if (shown_after + track.shift < 0) {
    ++repairs_.compositions;
    track.shift = -shown_after;
  }
  return shown_after;
}

}  // namespace vitrine
