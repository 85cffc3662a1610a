// Metrics that end together, such as those of one stream: taken out of the registry with the group, so that
// what is gone leaves no lines behind and the number of series stays bounded by what there is.
//
// Owns    the metrics made through it.
// Thread  one at a time; rendering may go on meanwhile.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "runtime/metrics.h"

namespace vitrine {

class MetricGroup {
 public:
  explicit MetricGroup(prometheus::Registry& registry) : registry_(registry) {}
  ~MetricGroup();
  MetricGroup(const MetricGroup&) = delete;
  MetricGroup& operator=(const MetricGroup&) = delete;

  // As the functions of metrics.h.
  prometheus::Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels);
  prometheus::Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels);
  prometheus::Histogram& histogram(const std::string& name, const std::string& help,
                                   const MetricLabels& labels, const std::vector<double>& bounds);

 private:
  struct Member {
    void* metric = nullptr;
    std::function<void()> remove;
  };
  template <class Metric, class Builder, class... Bounds>
  Metric& member(Builder builder, const std::string& name, const std::string& help,
                 const MetricLabels& labels, const Bounds&... bounds);

  prometheus::Registry& registry_;
  std::map<std::pair<std::string, MetricLabels>, Member> members_;
};

}  // namespace vitrine
