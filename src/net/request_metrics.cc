#include "net/request_metrics.h"

#include <algorithm>

namespace vitrine {

RequestMetrics::RequestMetrics(prometheus::Registry& registry, const Router& router)
    : refused_connections_(counter(registry, "vitrine_http_connections_refused_total",
                                   "Connections closed at once because net.connections_max was reached.")) {
  by_route_.emplace(nullptr, make(registry, "page"));
  for (const auto& route : router.routes())
    by_route_.emplace(route.get(), make(registry, std::string(route->spec.operation)));
}

RequestMetrics::One RequestMetrics::make(prometheus::Registry& registry, const std::string& operation) {
  One out{};
  for (size_t index = 0; index < out.by_class.size(); ++index) {
    out.by_class[index] =
        &counter(registry, "vitrine_http_requests_total", "Requests answered.",
                 {{"operation", operation}, {"status_class", std::to_string(index + 1) + "xx"}});
  }
  out.seconds = &histogram(
      registry, "vitrine_http_request_seconds",
      "Time from a request's whole header to the last byte of its answer handed to the kernel.",
      {{"operation", operation}}, {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
  return out;
}

void RequestMetrics::count(const Router::Route* route, int status, Microseconds took) {
  const auto found = by_route_.find(route);
  if (found == by_route_.end()) return;
  add(*found->second.by_class[static_cast<size_t>(std::clamp(status / 100, 1, 5) - 1)]);
  observe(*found->second.seconds, static_cast<double>(took.count()) / 1e6);
}

void RequestMetrics::count_refused_connection() {
  add(refused_connections_);
}

}  // namespace vitrine
