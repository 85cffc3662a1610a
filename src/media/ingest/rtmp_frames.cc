#include "media/ingest/rtmp_frames.h"

#include <algorithm>
#include <cmath>

#include "media/container/flv.h"

namespace vitrine {
namespace {

constexpr double kFpsMax = 1'000;
constexpr double kSideMax = 16'384;

// A number a peer sent, 0 when it is out of (0, max] or not a number.
double within(double number, double max) {
  return std::isfinite(number) && number > 0 && number <= max ? number : 0;
}

}  // namespace

int64_t RtmpTimeline::unwrap_ms(uint32_t time_ms) {
  if (!last_ms_) {
    last_ms_ = time_ms;
  } else {
    const auto step = static_cast<int32_t>(time_ms - static_cast<uint32_t>(*last_ms_));
    *last_ms_ += step;
  }
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
  if (!body) return body.error();
  if (body->packet == FlvPacket::config) {
    if (auto set = set_track(*body->codec, body->data); !set) return set.error();
    return std::optional<Frame>();
  }
  if (body->packet == FlvPacket::end || body->data.empty()) return std::optional<Frame>();
  const TrackConfigPtr& track = message.video ? video_ : audio_;
  if (!track) return Error{ErrorKind::invalid_input, "rtmp.no_track"};
  if (body->codec != track->codec) return Error{ErrorKind::invalid_input, "rtmp.no_track"};
  if (auto good = body->codec->check_payload(*track, body->data); !good) return good.error();
  if (message.video && !key_seen_ && !body->key) return std::optional<Frame>();
  key_seen_ = key_seen_ || message.video;

  Frame frame;
  frame.track = track;
  frame.key = body->key;
  frame.dts = dts_ms * kTicksPerMs;
  frame.pts = frame.dts + body->composition_ms * kTicksPerMs;
  frame.ingested = now;
  // The message's own buffer becomes the payload: only the prefix is moved away.
  const auto prefix = static_cast<ptrdiff_t>(message.body.size() - body->data.size());
  message.body.erase(message.body.begin(), message.body.begin() + prefix);
  frame.payload = std::make_shared<const std::vector<uint8_t>>(std::move(message.body));
  return std::optional<Frame>(std::move(frame));
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
