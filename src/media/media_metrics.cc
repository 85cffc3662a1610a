#include "media/media_metrics.h"

#include <algorithm>

namespace vitrine {
namespace {

// A stream that ended and came back counts from zero again.
double grown(uint64_t now, uint64_t before) {
  return static_cast<double>(now >= before ? now - before : now);
}

const std::vector<double>& latency_bounds() {
  static const std::vector<double> bounds = [] {
    std::vector<double> out;
    for (const int ms : RingStats::kLatencyMs) out.push_back(ms / 1e3);
    return out;
  }();
  return bounds;
}

// The same figures for one stream and for all: `counter` and `histogram` make the series of a name.
template <class Counter, class Histogram>
void add_sent(const RingStats& now, const RingStats& before, Counter counter, Histogram histogram) {
  add(counter("sent_bytes_total", "bytes sent to viewers"), grown(now.bytes, before.bytes));
  add(counter("sends_total", "system calls that sent them"), grown(now.sends, before.sends));
  add(counter("skips_total", "times a viewer was taken ahead to a key frame"),
      grown(now.skips, before.skips));
  add(counter("skipped_pieces_total", "tags or messages such viewers never got"),
      grown(now.slabs_skipped, before.slabs_skipped));
  std::vector<double> counts;
  for (size_t at = 0; at < now.latency.size(); ++at)
    counts.push_back(grown(now.latency[at], before.latency[at]));
  observe_many(histogram("send_latency_seconds",
                         "from a frame's arrival until the kernel has its last byte, per viewer"),
               counts, grown(now.latency_sum_us, before.latency_sum_us) / 1e6);
}

}  // namespace

std::string protocol_of(WireFormat format) {
  switch (format) {
    case WireFormat::flv:
      return "http-flv";
    case WireFormat::flv_websocket:
      return "ws-flv";
    case WireFormat::rtmp:
      return "rtmp";
  }
  return "other";
}

void MediaMetrics::take(const std::vector<StreamView>& views) {
  for (auto& [name, known] : known_) known.seen = false;
  for (const StreamView& view : views) {
    const bool is_new = !known_.contains(view.name);
    Known& known = known_[view.name];
    known.seen = true;
    if (is_new && known_.size() <= kStreamsNamed) known.group = std::make_unique<MetricGroup>(registry_);
    take(view, known);
  }
  std::erase_if(known_, [](const auto& entry) { return !entry.second.seen; });
  sums(views);
}

void MediaMetrics::take(const StreamView& view, Known& known) {
  for (const auto& [format, now] : view.sent_by) {
    const RingStats& before = known.sent[format];
    const MetricLabels by_protocol{{"protocol", protocol_of(format)}};
    add_sent(
        now, before,
        [&](const std::string& name, const std::string& help) -> prometheus::Counter& {
          return counter(registry_, "vitrine_media_" + name, help + ", all streams", by_protocol);
        },
        [&](const std::string& name, const std::string& help) -> prometheus::Histogram& {
          return histogram(registry_, "vitrine_media_" + name, help + ", all streams", by_protocol,
                           latency_bounds());
        });
    if (!known.group) continue;
    const MetricLabels labels{{"stream", view.name}, {"protocol", protocol_of(format)}};
    set(known.group->gauge("vitrine_stream_viewers", "viewers attached", labels),
        static_cast<double>(now.viewers));
    add_sent(
        now, before,
        [&](const std::string& name, const std::string& help) -> prometheus::Counter& {
          return known.group->counter("vitrine_stream_" + name, help, labels);
        },
        [&](const std::string& name, const std::string& help) -> prometheus::Histogram& {
          return known.group->histogram("vitrine_stream_" + name, help, labels, latency_bounds());
        });
  }
  if (known.group) {
    set(known.group->gauge("vitrine_stream_live", "1 while frames come or the grace runs",
                           {{"stream", view.name}}),
        view.state == StreamState::idle ? 0 : 1);
    publisher(view, *known.group);
    const int64_t dropped = view.publisher ? view.publisher->stats.dropped : 0;
    add(known.group->counter("vitrine_stream_dropped_messages_total",
                             "publisher's messages that made no frame because something was wrong with them",
                             {{"stream", view.name}}),
        grown(static_cast<uint64_t>(dropped), static_cast<uint64_t>(known.dropped)));
    known.dropped = dropped;
    repairs(view.repairs, known.repairs, view.name, *known.group);
  }
  known.sent = view.sent_by;
  known.repairs = view.repairs;
}

void MediaMetrics::repairs(const TimeRepairs& now, const TimeRepairs& before, const std::string& stream,
                           MetricGroup& group) {
  const auto add_kind = [&](const char* kind, int64_t TimeRepairs::* count) {
    add(group.counter("vitrine_stream_time_repairs_total", "what had to be put right in its times",
                      {{"stream", stream}, {"kind", kind}}),
        grown(static_cast<uint64_t>(now.*count), static_cast<uint64_t>(before.*count)));
  };
  add_kind("jump", &TimeRepairs::jumps);
  add_kind("step_back", &TimeRepairs::steps_back);
  add_kind("composition", &TimeRepairs::compositions);
  add_kind("tracks_apart", &TimeRepairs::tracks_apart);
  add_kind("wrap", &TimeRepairs::wraps);
}

void MediaMetrics::publisher(const StreamView& view, MetricGroup& group) {
  const MetricLabels labels{{"stream", view.name}};
  const PublisherStats stats = view.publisher ? view.publisher->stats : PublisherStats{};
  set(group.gauge("vitrine_stream_publisher_bytes_per_second", "what the publisher sends", labels),
      stats.bitrate_kbps * 125.0);
  set(group.gauge("vitrine_stream_publisher_fps", "pictures in a second", labels), stats.fps_milli / 1e3);
  set(group.gauge("vitrine_stream_keyframe_gap_seconds", "between the last two key frames", labels),
      stats.keyframe_gap_ms / 1e3);
  set(group.gauge("vitrine_stream_audio_ahead_seconds", "newest audio time less newest video time", labels),
      stats.audio_ahead_ms / 1e3);
}

void MediaMetrics::sums(const std::vector<StreamView>& views) {
  std::map<WireFormat, int64_t> viewers{
      {WireFormat::flv, 0}, {WireFormat::flv_websocket, 0}, {WireFormat::rtmp, 0}};
  int64_t live = 0;
  int64_t publishers = 0;
  for (const StreamView& view : views) {
    live += view.state == StreamState::idle ? 0 : 1;
    publishers += view.publisher ? 1 : 0;
    for (const auto& [format, sent] : view.sent_by) viewers[format] += sent.viewers;
  }
  set(gauge(registry_, "vitrine_media_streams", "streams that are live or inside their grace"),
      static_cast<double>(live));
  set(gauge(registry_, "vitrine_media_publishers", "publishers that hold a seat"),
      static_cast<double>(publishers));
  for (const auto& [format, count] : viewers)
    set(gauge(registry_, "vitrine_media_viewers", "viewers attached, all streams",
              {{"protocol", protocol_of(format)}}),
        static_cast<double>(count));
  const auto unnamed =
      std::count_if(known_.begin(), known_.end(), [](const auto& entry) { return !entry.second.group; });
  set(gauge(registry_, "vitrine_media_streams_unnamed",
            "streams without series of their own, over the limit of 200"),
      static_cast<double>(unnamed));
}

}  // namespace vitrine
