#include "runtime/metrics.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

namespace vitrine {
namespace {

TEST(Metrics, TextNamesWhatWasCounted) {
  prometheus::Registry registry;
  auto& requests = counter(registry, "vitrine_requests_total", "Requests.", {{"operation", "getRoom"}});
  add(requests);
  add(counter(registry, "vitrine_requests_total", "Requests.", {{"operation", "getRoom"}}), 2);
  set(gauge(registry, "vitrine_viewers", "Viewers."), 7);
  observe(histogram(registry, "vitrine_seconds", "Time.", {}, {0.1, 1}), 0.5);
  const std::string text = render_metrics(registry);
  EXPECT_NE(text.find("vitrine_requests_total{operation=\"getRoom\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("vitrine_viewers 7"), std::string::npos) << text;
  EXPECT_NE(text.find("vitrine_seconds_bucket{le=\"1\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("vitrine_seconds_bucket{le=\"0.1\"} 0"), std::string::npos) << text;
}

}  // namespace
}  // namespace vitrine
