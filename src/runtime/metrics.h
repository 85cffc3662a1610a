// Metrics by prometheus-cpp, behind a few functions so that its headers stay out of ours. A metric
// lives as long as its registry; make it once, keep the pointer.
//
// Thread  any: counters and gauges are atomic, a histogram locks for the time of one observation.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace vitrine {

using MetricLabels = std::map<std::string, std::string>;

// The same name and labels give the same metric again. Names follow Prometheus: vitrine_..._total for
// counters, unit last (_seconds, _bytes).
prometheus::Counter& counter(prometheus::Registry& registry, const std::string& name, const std::string& help,
                             const MetricLabels& labels = {});
prometheus::Gauge& gauge(prometheus::Registry& registry, const std::string& name, const std::string& help,
                         const MetricLabels& labels = {});
// `bounds` are the buckets' upper ends, rising.
prometheus::Histogram& histogram(prometheus::Registry& registry, const std::string& name,
                                 const std::string& help, const MetricLabels& labels,
                                 const std::vector<double>& bounds);

void add(prometheus::Counter& metric, double amount = 1);
void set(prometheus::Gauge& metric, double value);
void observe(prometheus::Histogram& metric, double value);
// Many observations at once: how many fell into each bucket (one more than bounds), and their sum.
void observe_many(prometheus::Histogram& metric, const std::vector<double>& buckets, double sum);

// Everything in the text format (version 0.0.4) of GET /metrics.
std::string render_metrics(const prometheus::Registry& registry);

}  // namespace vitrine
