#include "media/ingest/publisher_meter.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr Microseconds kWindow{2'000'000};
// Farther apart are two clocks that have nothing to do with each other, or one that jumped: the figure says
// that it is so, not by how much.
constexpr int64_t kApartMaxMs = 3'600'000;
constexpr int64_t kFpsMilliMax = 1'000'000;
constexpr int64_t kKbpsMax = 1'000'000'000;
constexpr size_t kSeenMax = 2'000;  // frames; a sender of more has its oldest forgotten early

// From one time to a later one. The difference of two 64-bit times may not fit either.
int apart_ms(int64_t from, int64_t to) {
  constexpr int64_t kMost = kApartMaxMs * kTicksPerMs;
  int64_t ticks = 0;
  if (__builtin_sub_overflow(to, from, &ticks)) ticks = to > from ? kMost : -kMost;
  return static_cast<int>(std::clamp(ticks, -kMost, kMost) / kTicksPerMs);
}

}  // namespace

void PublisherMeter::add(const Frame& frame) {
  const bool video = frame.kind() == FrameKind::video;
  if (!started_) started_ = frame.ingested;
  seen_.push_back({frame.ingested, frame.dts, frame.size(), video});
  if (seen_.size() > kSeenMax) seen_.pop_front();
  forget_before({frame.ingested.since_start - kWindow});
  (video ? video_dts_ : audio_dts_) = frame.dts;
  (video ? video_ : audio_) = frame.track;
  if (!video || !frame.key) return;
  if (key_dts_) keyframe_gap_ms_ = std::max(0, apart_ms(*key_dts_, frame.dts));
  key_dts_ = frame.dts;
}

PublisherStats PublisherMeter::stats(MonotonicTime now) {
  forget_before({now.since_start - kWindow});
  PublisherStats out;
  out.keyframe_gap_ms = keyframe_gap_ms_;
  out.fps_milli = fps_milli();
  out.video = video_;
  out.audio = audio_;
  if (video_dts_ && audio_dts_) out.audio_ahead_ms = apart_ms(*video_dts_, *audio_dts_);
  int64_t bits = 0;
  for (const auto& one : seen_) bits += static_cast<int64_t>(one.bytes) * 8;
  const Microseconds span = started_ ? std::min(kWindow, now - *started_) : Microseconds(0);
  if (span.count() > 0)
    out.bitrate_kbps = static_cast<int>(std::min<int64_t>(kKbpsMax, bits * 1'000 / span.count()));
  return out;
}

void PublisherMeter::forget_before(MonotonicTime time) {
  while (!seen_.empty() && seen_.front().at < time) seen_.pop_front();
}

// By the frames' own times: arrival is as uneven as the network.
int PublisherMeter::fps_milli() const {
  int64_t frames = 0;
  int64_t first = 0;
  int64_t last = 0;
  for (const auto& one : seen_) {
    if (!one.video) continue;
    if (frames++ == 0) first = one.dts;
    last = one.dts;
  }
  if (frames < 2 || last <= first) return 0;
  return static_cast<int>(
      std::min<int64_t>(kFpsMilliMax, (frames - 1) * kTicksPerSecond * 1'000 / (last - first)));
}

}  // namespace vitrine
