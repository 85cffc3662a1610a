// What Prometheus may know of streams: per stream its publisher, its viewers and what was sent to them.
//
// Owns    the totals last given, to add only what has come since.
// Thread  one core.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "media/hub/stream.h"
#include "runtime/metrics.h"

namespace vitrine {

class MediaMetrics {
 public:
  explicit MediaMetrics(prometheus::Registry& registry) : registry_(registry) {}
  // Every stream as it is now; those that are gone show zeros.
  void take(const std::vector<StreamView>& views);

 private:
  struct Given {
    RingStats sent;
    TimeRepairs repairs;
  };
  void take(const StreamView& view);
  void publisher(const StreamView& view, const MetricLabels& labels);
  void repairs(const TimeRepairs& now, const TimeRepairs& before, const std::string& stream);
  void sent(const RingStats& now, const RingStats& before, const MetricLabels& labels);

  prometheus::Registry& registry_;
  std::map<std::string, Given> given_;
};

}  // namespace vitrine
