// The stream's own line of time (DESIGN 4.3): puts a publisher's times, whatever they do, on one line
// of 90 kHz ticks that goes on over reconnects.
//
// The offset is chosen anew for each publisher connection and each jump of over a second, so that the
// line advances by the server time that passed. Invariants:
//  1. Within a kind, dts always grows: smaller steps back are lifted to just after the last frame.
//  2. pts is never below dts. An encoder whose B-frames are shown "before they are decoded" has its
//     video dts moved back, so that the distances of what is shown stay.
//  3. Audio and video share one offset, so what belongs together stays together. When one of them jumps,
//     the other takes its offset over as soon as it jumps there too. Only tracks whose clocks have
//     nothing to do with each other have an offset each.
//
// Owns    the offsets and the newest times.
// Thread  the stream's home core.
// Never   reads a clock: the frame says when it came in.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "media/codec/frame.h"
#include "media/codec/frame_sink.h"

namespace vitrine {

inline constexpr int64_t kJumpTicks = kTicksPerSecond;
// Some encoders keep audio and video apart; a track that begins further away runs on another clock.
inline constexpr int64_t kTracksApartTicks = 5 * kTicksPerSecond;
// Further from its dts, either way, a pts is not believed.
inline constexpr int64_t kCompositionMaxTicks = 5 * kTicksPerSecond;

class MediaLine {
 public:
  // Where the line begins; above zero, because tracks do not begin at the same time.
  static constexpr int64_t kStart = 10 * kTicksPerSecond;

  struct Placed {
    int64_t dts = 0;
    int64_t pts = 0;
    bool anew = false;  // the offset was chosen for this frame
  };

  // The next frame is from a new publisher connection.
  void restart() { anchored_ = false; }
  Placed place(FrameKind kind, int64_t dts, int64_t pts, MonotonicTime came_in);

  int64_t newest_pts() const { return newest_pts_; }
  // Everything but `wraps`, which were undone before the line.
  const TimeRepairs& repairs() const { return repairs_; }

 private:
  struct Track {
    bool seen = false;          // in this connection
    int64_t offset = 0;         // line = publisher's dts + offset
    int64_t shift = 0;          // how far dts is moved back for pts shown before it
    int64_t publisher_dts = 0;  // of its last frame
    MonotonicTime came_in;      // when
    int64_t line_dts = INT64_MIN;

    // Where the line is now, going by this track's last frame.
    int64_t expected(MonotonicTime now) const;
  };
  bool choose_offset(Track& track, const Track& other, int64_t dts, MonotonicTime came_in);
  bool jumped(const Track& track, const Track& other, int64_t dts, MonotonicTime came_in) const;
  int64_t anchor(int64_t dts, MonotonicTime came_in) const;
  int64_t composition(Track& track, int64_t dts, int64_t pts);

  std::array<Track, 2> tracks_;
  bool anchored_ = false;
  bool begun_ = false;
  int64_t newest_dts_ = kStart;
  int64_t newest_pts_ = kStart;
  MonotonicTime newest_at_;
  TimeRepairs repairs_;
};

}  // namespace vitrine
