// The stream's own line of time (DESIGN 4.3): puts a publisher's times, whatever they do, on one line
// of 90 kHz ticks that goes on over reconnects.
//
// The offset is chosen anew for each publisher connection and each jump of over a second, so that the
// line advances by the server time that passed. Smaller steps back are lifted to just after the last
// frame of their kind. So within a kind, dts always grows; and pts is never below dts.
//
// Owns    the offset and the newest times.
// Thread  the stream's home core.
// Never   reads a clock: the frame says when it came in.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "media/codec/frame.h"

namespace vitrine {

inline constexpr int64_t kJumpTicks = kTicksPerSecond;
// Some encoders keep audio and video apart; a track that begins further away has jumped.
inline constexpr int64_t kTracksApartTicks = 5 * kTicksPerSecond;

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
  int64_t jumps() const { return jumps_; }        // within a connection
  int64_t repaired() const { return repaired_; }  // frames lifted

 private:
  struct Track {
    bool seen = false;          // in this connection
    int64_t publisher_dts = 0;  // of its last frame
    MonotonicTime came_in;      // when
    int64_t line_dts = INT64_MIN;
  };
  bool jumped(const Track& track, int64_t dts, MonotonicTime came_in) const;
  void anchor(int64_t dts, MonotonicTime came_in);

  std::array<Track, 2> tracks_;
  bool anchored_ = false;
  bool begun_ = false;
  int64_t offset_ = 0;
  int64_t newest_dts_ = kStart;
  int64_t newest_pts_ = kStart;
  MonotonicTime newest_at_;
  int64_t jumps_ = 0;
  int64_t repaired_ = 0;
};

}  // namespace vitrine
