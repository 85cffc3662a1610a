// Where one publisher's frames enter a stream. Ingest calls it, the hub is behind it; it lies here
// because both may include media/codec and neither includes the other's side of it.
//
// Owns    the publisher's seat on the stream, from admission until end() or destruction.
// Thread  the publisher's core; what is behind it crosses to the stream's home core itself.
// Never   blocks.
#pragma once

#include <cstdint>
#include <string_view>

#include "media/codec/frame.h"

namespace vitrine {

// What a publisher sends, measured over about the last two seconds.
struct PublisherStats {
  int bitrate_kbps = 0;
  int fps_milli = 0;
  int keyframe_gap_ms = 0;  // between the last two key frames; 0 before the second
  int audio_ahead_ms = 0;   // newest audio dts minus newest video dts; 0 without both
  TrackConfigPtr video;     // null without
  TrackConfigPtr audio;
};

enum class PublishEnd : uint8_t {
  finished,  // the publisher said so (FCUnpublish, deleteStream)
  lost,      // the connection broke, fell silent or was refused later on
};

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // The next frame of a track in decode order. dts and pts count 90 kHz ticks on the *publisher's*
  // line, already unwrapped to 64 bits; they may jump either way, and the stream puts them on its own
  // line (DESIGN 4.3). A frame whose track pointer differs from the last one of its kind brings a new
  // configuration.
  // Errors: `gone` once another publisher has the seat: close the connection; others drop one frame.
  virtual Result<void> take(Frame frame) = 0;
  // About once a second.
  virtual void report(const PublisherStats& stats) = 0;
  // Leaves the seat; take() is not called again. Destruction without it means lost.
  virtual void end(PublishEnd why) = 0;
};

}  // namespace vitrine
