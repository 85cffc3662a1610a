#include "media/media_metrics.h"

#include <algorithm>

namespace vitrine {
namespace {

// A stream that ended and came back counts from zero again.
double grown(uint64_t now, uint64_t before) {
  return static_cast<double>(now >= before ? now - before : now);
}

}  // namespace

void MediaMetrics::take(const std::vector<StreamView>& views) {
  for (auto& [name, given] : given_) {
    const auto same = [&name](const StreamView& view) { return view.name == name; };
    if (std::any_of(views.begin(), views.end(), same)) continue;
    StreamView gone;
    gone.name = name;
    take(gone);
  }
  for (const StreamView& view : views) take(view);
}

void MediaMetrics::take(const StreamView& view) {
  const MetricLabels labels{{"stream", view.name}};
  Given& before = given_[view.name];
  set(gauge(registry_, "vitrine_stream_live", "1 while frames come or the grace runs", labels),
      view.state == StreamState::idle ? 0 : 1);
  set(gauge(registry_, "vitrine_stream_viewers", "viewers attached", labels),
      static_cast<double>(view.sent.viewers));
  publisher(view, labels);
  sent(view.sent, before.sent, labels);
  repairs(view.repairs, before.repairs, view.name);
  before = {view.sent, view.repairs};
}

void MediaMetrics::repairs(const TimeRepairs& now, const TimeRepairs& before, const std::string& stream) {
  const auto add_kind = [&](const char* kind, int64_t TimeRepairs::* count) {
    add(counter(registry_, "vitrine_stream_time_repairs_total", "what had to be put right in its times",
                {{"stream", stream}, {"kind", kind}}),
        grown(static_cast<uint64_t>(now.*count), static_cast<uint64_t>(before.*count)));
  };
  add_kind("jump", &TimeRepairs::jumps);
  add_kind("step_back", &TimeRepairs::steps_back);
  add_kind("composition", &TimeRepairs::compositions);
  add_kind("tracks_apart", &TimeRepairs::tracks_apart);
  add_kind("wrap", &TimeRepairs::wraps);
}

void MediaMetrics::publisher(const StreamView& view, const MetricLabels& labels) {
  const PublisherStats stats = view.publisher ? view.publisher->stats : PublisherStats{};
  set(gauge(registry_, "vitrine_stream_publisher_bits_per_second", "what the publisher sends", labels),
      stats.bitrate_kbps * 1e3);
  set(gauge(registry_, "vitrine_stream_publisher_fps", "pictures in a second", labels),
      stats.fps_milli / 1e3);
  set(gauge(registry_, "vitrine_stream_keyframe_gap_seconds", "between the last two key frames", labels),
      stats.keyframe_gap_ms / 1e3);
  set(gauge(registry_, "vitrine_stream_audio_ahead_seconds", "newest audio time less newest video time",
            labels),
      stats.audio_ahead_ms / 1e3);
}

void MediaMetrics::sent(const RingStats& now, const RingStats& before, const MetricLabels& labels) {
  add(counter(registry_, "vitrine_stream_sent_bytes_total", "to all viewers", labels),
      grown(now.bytes, before.bytes));
  add(counter(registry_, "vitrine_stream_sends_total", "system calls that sent them", labels),
      grown(now.sends, before.sends));
  add(counter(registry_, "vitrine_stream_skips_total", "viewers taken ahead to a key frame", labels),
      grown(now.skips, before.skips));
  add(counter(registry_, "vitrine_stream_skipped_pieces_total", "tags such viewers never got", labels),
      grown(now.slabs_skipped, before.slabs_skipped));
  std::vector<double> bounds;
  for (const int ms : RingStats::kLatencyMs) bounds.push_back(ms / 1e3);
  std::vector<double> counts;
  for (size_t at = 0; at < now.latency.size(); ++at)
    counts.push_back(grown(now.latency[at], before.latency[at]));
  observe_many(histogram(registry_, "vitrine_stream_send_latency_seconds",
                         "from a frame's arrival until the kernel has it, per viewer", labels, bounds),
               counts, grown(now.latency_sum_us, before.latency_sum_us) / 1e6);
}

}  // namespace vitrine
