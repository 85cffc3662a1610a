#include "runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace vitrine {

prometheus::Counter& counter(prometheus::Registry& registry, const std::string& name, const std::string& help,
                             const MetricLabels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const std::string& name, const std::string& help,
                         const MetricLabels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const std::string& name,
                                 const std::string& help, const MetricLabels& labels,
                                 const std::vector<double>& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, bounds);
}

void add(prometheus::Counter& metric, double amount) {
  metric.Increment(amount);
}

void set(prometheus::Gauge& metric, double value) {
  metric.Set(value);
}

void observe(prometheus::Histogram& metric, double value) {
  metric.Observe(value);
}

void observe_many(prometheus::Histogram& metric, const std::vector<double>& buckets, double sum) {
  metric.ObserveMultiple(buckets, sum);
}

std::string render_metrics(const prometheus::Registry& registry) {
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

}  // namespace vitrine
