// Measures what a publisher sends: bitrate, frame rate, key frame gap, how far sound and picture are
// apart. What the go-live panel shows.
//
// Owns    a record of the frames of the last two seconds.
// Thread  one.
#pragma once

#include <deque>
#include <optional>

#include "media/codec/frame_sink.h"

namespace vitrine {

class PublisherMeter {
 public:
  // `frame` as it goes into the sink.
  void add(const Frame& frame);
  // As of `now`, which is not before any frame added.
  PublisherStats stats(MonotonicTime now);

 private:
  struct Seen {
    MonotonicTime at;
    int64_t dts = 0;
    size_t bytes = 0;
    bool video = false;
  };
  void forget_before(MonotonicTime time);
  int fps_milli() const;

  std::deque<Seen> seen_;
  std::optional<MonotonicTime> started_;
  std::optional<int64_t> video_dts_;
  std::optional<int64_t> audio_dts_;
  std::optional<int64_t> key_dts_;
  int keyframe_gap_ms_ = 0;
  TrackConfigPtr video_;
  TrackConfigPtr audio_;
};

}  // namespace vitrine
