#include "runtime/metric_group.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace vitrine {

MetricGroup::~MetricGroup() {
  for (auto& [key, member] : members_) member.remove();
}

template <class Metric, class Builder, class... Bounds>
Metric& MetricGroup::member(Builder builder, const std::string& name, const std::string& help,
                            const MetricLabels& labels, const Bounds&... bounds) {
  Member& known = members_[{name, labels}];
  if (known.metric == nullptr) {
    auto& family = builder.Name(name).Help(help).Register(registry_);
    Metric& made = family.Add(labels, bounds...);
    known.metric = &made;
    known.remove = [&family, &made] { family.Remove(&made); };
  }
  return *static_cast<Metric*>(known.metric);
}

prometheus::Counter& MetricGroup::counter(const std::string& name, const std::string& help,
                                          const MetricLabels& labels) {
  return member<prometheus::Counter>(prometheus::BuildCounter(), name, help, labels);
}

prometheus::Gauge& MetricGroup::gauge(const std::string& name, const std::string& help,
                                      const MetricLabels& labels) {
  return member<prometheus::Gauge>(prometheus::BuildGauge(), name, help, labels);
}

prometheus::Histogram& MetricGroup::histogram(const std::string& name, const std::string& help,
                                              const MetricLabels& labels, const std::vector<double>& bounds) {
  return member<prometheus::Histogram>(prometheus::BuildHistogram(), name, help, labels, bounds);
}

}  // namespace vitrine
