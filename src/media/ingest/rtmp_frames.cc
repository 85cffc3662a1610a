#include "media/ingest/rtmp_frames.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "media/codec/codecs.h"
#include "media/container/flv_body.h"

namespace vitrine {
namespace {

constexpr double kFpsMax = 1'000;
constexpr double kSideMax = 16'384;
constexpr int64_t kShortRanges[] = {int64_t{1} << 24, int64_t{1} << 31};  // ms
constexpr int64_t kWrapSlackMs = 10'000;  // how far from a whole range a wrap may land
// A frame and what any protocol writes before it fit the 24-bit sizes of FLV and RTMP.
constexpr size_t kPayloadMax = 0xffffff - 64;

// A number a peer sent, 0 when it is out of (0, max] or not a number.
double within(double number, double max) {
  return std::isfinite(number) && number > 0 && number <= max ? number : 0;
}

}  // namespace

int64_t RtmpTimeline::unwrap_ms(uint32_t time_ms) {
  if (!last_ms_) {
    last_ms_ = time_ms;
    return *last_ms_;
  }
  // What is sent now less what would have been sent then; less than 2^31 either way is taken as meant.
  const auto then = static_cast<uint32_t>(*last_ms_ - shift_ms_);
  int64_t step = static_cast<int32_t>(time_ms - then);
  if (step > 0 && time_ms < then) ++wraps_;
  for (const int64_t range : kShortRanges) {
    if (std::llabs(step + range) <= kWrapSlackMs) {
      ++wraps_;
      shift_ms_ += range;
      step += range;
    } else if (shift_ms_ >= range && std::llabs(step - range) <= kWrapSlackMs) {
      --wraps_;  // a late frame from before the wrap; the next one is behind it again
      shift_ms_ -= range;
      step -= range;
    }
  }
  *last_ms_ += step;
  return *last_ms_;
}

void RtmpFrames::take(const RtmpMetadata& metadata) {
  metadata_fps_milli_ = static_cast<int>(within(metadata.data.number("framerate"), kFpsMax) * 1'000);
  metadata_width_ = static_cast<int>(within(metadata.data.number("width"), kSideMax));
  metadata_height_ = static_cast<int>(within(metadata.data.number("height"), kSideMax));
}

Result<std::optional<Frame>> RtmpFrames::take(RtmpMedia message, MonotonicTime now) {
  const int64_t dts_ms = timeline_.unwrap_ms(message.time_ms);
  const auto body = message.video ? read_flv_video(message.body) : read_flv_audio(message.body);
  if (!body) return refuse(message, body.error());
  if (body->packet == FlvPacket::config) {
    if (auto set = set_track(*body->codec, body->data); !set) return refuse(message, set.error());
    return std::optional<Frame>();
  }
  if (body->packet != FlvPacket::frame || body->data.empty()) return std::optional<Frame>();
  const TrackConfigPtr& track = message.video ? video_ : audio_;
  if (!track || body->codec != track->codec) return Error{ErrorKind::invalid_input, "rtmp.no_track"};
  const auto facts = body->codec->read_payload(*track, body->data);
  if (!facts) return refuse(message, facts.error());
  if (facts->payload.size() > kPayloadMax) return Error{ErrorKind::too_large, "rtmp.frame"};
  const bool key = body->key || facts->key;  // some encoders mark no key frame, or mark others too
  if (message.video && !key_seen_ && !key) return std::optional<Frame>();
  key_seen_ = key_seen_ || message.video;

  Frame frame;
  frame.track = track;
  frame.key = key;
  frame.dts = dts_ms * kTicksPerMs;
  frame.pts = frame.dts + body->composition_ms * kTicksPerMs;
  frame.ingested = now;
  // The message's own buffer becomes the payload: only what stands before it is moved away.
  const auto from = facts->payload.data() - message.body.data();
  message.body.resize(static_cast<size_t>(from) + facts->payload.size());
  message.body.erase(message.body.begin(), message.body.begin() + from);
  frame.payload = std::make_shared<const std::vector<uint8_t>>(std::move(message.body));
  return std::optional<Frame>(std::move(frame));
}

// Keeps the words for an `unsupported`; returns `why`.
Error RtmpFrames::refuse(const RtmpMedia& message, Error why) {
  if (why.kind != ErrorKind::unsupported) return why;
  std::string sent = flv_codec_name(message.video, message.body);
  if (why.reason == "flv.multitrack") sent = "several tracks in one message";
  if (why.reason == "aac.latm") sent = "AAC in LATM";
  if (why.reason == "aac.object_type") sent = "an AAC profile other than LC and HE";
  std::string taken;
  for (const Codec* codec : all_codecs()) taken += (taken.empty() ? "" : ", ") + std::string(codec->name);
  refusal_ = "This server cannot take " + sent + ". It takes: " + taken + ".";
  return why;
}

Result<void> RtmpFrames::set_track(const Codec& codec, Bytes config) {
  TrackConfigPtr& present = codec.kind == FrameKind::video ? video_ : audio_;
  // Encoders repeat the same header, some with every key frame: that is no change.
  const bool same =
      present && present->codec == &codec &&
      std::equal(config.begin(), config.end(), present->config->begin(), present->config->end());
  if (same) return {};
  auto track = codec.read_config(std::make_shared<const std::vector<uint8_t>>(config.begin(), config.end()));
  if (!track) return track.error();
  if (codec.kind == FrameKind::video) {
    if (track->fps_milli == 0) track->fps_milli = metadata_fps_milli_;
    if (track->width == 0 || track->height == 0) {
      track->width = metadata_width_;
      track->height = metadata_height_;
    }
    key_seen_ = false;  // what follows is decodable only from a key frame on
  }
  present = std::make_shared<const TrackConfig>(*std::move(track));
  return {};
}

}  // namespace vitrine
