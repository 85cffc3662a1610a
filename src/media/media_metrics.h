// What Prometheus may know of streams: per stream its publisher, per stream and protocol its viewers and what
// was sent to them, per protocol the sums over all streams.
//
// Owns    the totals last given, to add only what has come since, and the series of the streams there are: at
//         most kStreamsNamed have series of their own, which go when the stream does. The sums hold all.
// Thread  one core.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "media/hub/stream.h"
#include "runtime/metric_group.h"
#include "runtime/metrics.h"

namespace vitrine {

// A wire format as metrics and the API call it: "http-flv", "ws-flv", "rtmp".
std::string protocol_of(WireFormat format);

class MediaMetrics {
 public:
  static constexpr size_t kStreamsNamed = 200;

  explicit MediaMetrics(prometheus::Registry& registry) : registry_(registry) {}
  // Every stream as it is now; those that are gone lose their series.
  void take(const std::vector<StreamView>& views);

 private:
  struct Known {
    std::unique_ptr<MetricGroup> group;  // null: over kStreamsNamed
    std::map<WireFormat, RingStats> sent;
    TimeRepairs repairs;
    int64_t dropped = 0;  // of the publisher it had
    bool seen = false;    // in the views at hand
  };
  void take(const StreamView& view, Known& known);
  void publisher(const StreamView& view, MetricGroup& group);
  void repairs(const TimeRepairs& now, const TimeRepairs& before, const std::string& stream,
               MetricGroup& group);
  void sums(const std::vector<StreamView>& views);

  prometheus::Registry& registry_;
  std::map<std::string, Known> known_;
};

}  // namespace vitrine
