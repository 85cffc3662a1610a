// What a frame is: one coded picture or audio block in a form that belongs to no container, so that
// its bytes are stored once and every protocol writes its own head before them.
//
// Owns    a share of the payload and of the track it belongs to.
// Thread  any; immutable once made, then passed as FramePtr.
// Never   knows a container, a protocol or a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "wire/slab.h"

namespace vitrine {

// Frame and media times count 90 kHz ticks.
inline constexpr int64_t kTicksPerSecond = 90'000;
inline constexpr int64_t kTicksPerMs = kTicksPerSecond / 1'000;

enum class FrameKind : uint8_t { video, audio };

struct TrackConfig;

// What one frame's bytes say of themselves.
struct PayloadFacts {
  Bytes payload;     // in the form Frame::payload promises; within the bytes given
  bool key = false;  // certainly decodable without any frame before it
};

// The four characters by which Enhanced RTMP and ISO 14496 name a codec, as one number: "avc1".
constexpr uint32_t fourcc(const char (&text)[5]) {
  uint32_t value = 0;
  for (int at = 0; at < 4; ++at) value = value << 8 | static_cast<uint8_t>(text[at]);
  return value;
}

// One codec, described by a constant in its own file (h264.h: kH264, aac.h: kAac). Another codec is
// another file and its line in codecs.cc: containers and protocols go by what is said here. Codecs are
// compared by address.
struct Codec {
  FrameKind kind{};
  std::string_view name;  // as ffprobe says it: "h264", "aac"
  uint32_t fourcc = 0;    // Enhanced RTMP's name: "avc1", "mp4a"
  // CodecID (E.4.3.1) or SoundFormat (E.4.2.1) of FLV 10.1. 0: it has none, and is written in Enhanced
  // RTMP's FourCC form only.
  uint8_t flv_id = 0;
  bool reorders = false;  // frames may be shown in another order than decoded: FLV adds a composition time
  // Fills the numbers of a track (size, rate, channels) from its configuration bytes.
  // Errors: `invalid_input`, `truncated`, `unsupported`.
  Result<TrackConfig> (*read_config)(SharedBytes config) = nullptr;
  // What a peer sent as a frame, brought into the form Frame::payload promises; not whether it decodes.
  // Errors: `invalid_input`, `truncated`, `too_large`; `unsupported` for another form of the codec.
  Result<PayloadFacts> (*read_payload)(const TrackConfig& track, Bytes sent) = nullptr;
  // The RFC 6381 string of a track of this codec: "avc1.42c01f", "mp4a.40.2".
  std::string (*rfc6381)(const TrackConfig& track) = nullptr;
};

// How the frames of one track are to be decoded. Made by Codec::read_config; a publisher that sends a
// new configuration makes a new TrackConfig, so a change shows as another pointer.
struct TrackConfig {
  const Codec* codec = nullptr;
  // AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1), AudioSpecificConfig (ISO 14496-3, 1.6.2.1) or
  // OpusHead (RFC 7845, 5.1).
  SharedBytes config;
  // Video: the picture as shown (after cropping), in pixels; 0 when the configuration does not say.
  int width = 0;
  int height = 0;
  int fps_milli = 0;  // frames in 1,000 seconds (29.97 is 29970); 0 when the configuration does not say
  // Audio.
  int sample_rate = 0;  // Hz
  int channels = 0;
};
using TrackConfigPtr = std::shared_ptr<const TrackConfig>;

struct Frame {
  TrackConfigPtr track;  // never null
  bool key = false;      // decodable without any frame before it; true for every audio frame
  // On the stream's own line (DESIGN 4.3). They differ only where the encoder uses B-frames.
  int64_t dts = 0;
  int64_t pts = 0;
  // H264: NAL units, each after its length in NALULengthSize bytes. AAC: one raw_data_block. Opus: one
  // packet (RFC 6716, 3).
  SharedBytes payload;  // never null
  MonotonicTime ingested;

  const Codec& codec() const { return *track->codec; }
  FrameKind kind() const { return track->codec->kind; }
  size_t size() const { return payload->size(); }
};
using FramePtr = std::shared_ptr<const Frame>;

}  // namespace vitrine
