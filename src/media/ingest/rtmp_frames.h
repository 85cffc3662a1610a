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

// Joins RTMP's 32-bit milliseconds, which wrap every 49.7 days, into 64 bits. Encoders that keep 31 or 24
// bits of them (24.9 days, 4 h 39 min) are understood by their wrap: a step back of just that much.
class RtmpTimeline {
 public:
  int64_t unwrap_ms(uint32_t time_ms);
  int64_t wraps() const { return wraps_; }

 private:
  std::optional<int64_t> last_ms_;
  int64_t shift_ms_ = 0;  // added for short wraps so far
  int64_t wraps_ = 0;
};

class RtmpFrames {
 public:
  // The frame of a message; empty for what is none: sequence headers, end marks, video before its first
  // key frame. Errors concern this message only: `unsupported` when what is sent cannot be taken at all
  // (codec, several tracks, LATM); `invalid_input` "rtmp.no_track" for a frame before its sequence header,
  // and those of the codec.
  Result<std::optional<Frame>> take(RtmpMedia message, MonotonicTime now);
  // Sizes and rates the configuration leaves out.
  void take(const RtmpMetadata& metadata);
  int64_t time_wraps() const { return timeline_.wraps(); }
  // After `unsupported`: what was sent and what would be taken, for whoever sends it.
  const std::string& refusal() const { return refusal_; }

 private:
  Error refuse(const RtmpMedia& message, Error why);
  Result<void> set_track(const Codec& codec, Bytes config);

  RtmpTimeline timeline_;
  TrackConfigPtr video_;
  TrackConfigPtr audio_;
  bool key_seen_ = false;
  int metadata_fps_milli_ = 0;
  int metadata_width_ = 0;
  int metadata_height_ = 0;
  std::string refusal_;
};

}  // namespace vitrine
