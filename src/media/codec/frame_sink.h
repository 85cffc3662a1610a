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

// What had to be put right in a publisher's times, by kind.
struct TimeRepairs {
  int64_t jumps = 0;         // its clock jumped by over a second within a connection
  int64_t steps_back = 0;    // frames that did not go forward, lifted to just after the one before
  int64_t compositions = 0;  // pts not believed, or shown before decoded
  int64_t tracks_apart = 0;  // audio and video on clocks that have nothing to do with each other
  int64_t wraps = 0;         // 32-bit milliseconds that began again, or 31- or 24-bit ones
};

// What a publisher sends, measured over about the last two seconds.
struct PublisherStats {
  int bitrate_kbps = 0;
  int fps_milli = 0;
  int keyframe_gap_ms = 0;  // between the last two key frames, within an hour; 0 before the second
  int audio_ahead_ms = 0;   // newest audio dts minus newest video dts, within an hour; 0 without both
  int64_t time_wraps = 0;   // in this connection (TimeRepairs::wraps)
  int64_t dropped = 0;      // messages of this connection that made no frame because something was wrong
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
  // How long frames may wait before they are taken, because nothing is sent sooner; zero: not at all. To be
  // asked anew about once a second.
  virtual Milliseconds beat() const = 0;
  // About once a second.
  virtual void report(const PublisherStats& stats) = 0;
  // Leaves the seat; take() is not called again. Destruction without it means lost.
  virtual void end(PublishEnd why) = 0;
};

}  // namespace vitrine
