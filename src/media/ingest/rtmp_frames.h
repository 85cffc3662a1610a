// Turns the audio and video messages of one RTMP publisher into frames: remembers its tracks, takes
// the FLV prefix off, joins the 32-bit times into a line of 64 bits.
//
// Owns    the publisher's tracks and its unwrapped time.
// Thread  one.
// Never   puts times on the stream's own line: that is the hub's.
#pragma once

#include <optional>

#include "media/codec/frame.h"
#include "media/protocol/rtmp_session.h"

namespace vitrine {

// Joins RTMP's 32-bit milliseconds, which wrap every 49.7 days, into 64 bits. A step of less than 2^31
// either way is taken as meant.
class RtmpTimeline {
 public:
  int64_t unwrap_ms(uint32_t time_ms);

 private:
  std::optional<int64_t> last_ms_;
};

class RtmpFrames {
 public:
  // The frame of a message; empty for what is none: sequence headers, end marks, video before its first
  // key frame. Errors concern this message only and the publisher goes on: `unsupported` "flv.codec",
  // `invalid_input` "rtmp.no_track" for a frame before its sequence header, and those of the codec.
  Result<std::optional<Frame>> take(RtmpMedia message, MonotonicTime now);
  // Sizes and rates the configuration leaves out.
  void take(const RtmpMetadata& metadata);

 private:
  Result<void> set_track(const Codec& codec, Bytes config);

  RtmpTimeline timeline_;
  TrackConfigPtr video_;
  TrackConfigPtr audio_;
  bool key_seen_ = false;
  int metadata_fps_milli_ = 0;
  int metadata_width_ = 0;
  int metadata_height_ = 0;
};

}  // namespace vitrine
