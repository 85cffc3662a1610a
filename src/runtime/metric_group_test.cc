#include "runtime/metric_group.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <memory>

namespace vitrine {
namespace {

TEST(MetricGroup, WhatIsGoneLeavesNoLineAndOthersStay) {
  prometheus::Registry registry;
  MetricGroup stays(registry);
  auto goes = std::make_unique<MetricGroup>(registry);
  add(goes->counter("vitrine_sent_total", "Sent.", {{"stream", "goes"}}), 3);
  add(goes->counter("vitrine_sent_total", "Sent.", {{"stream", "goes"}}), 4);
  set(goes->gauge("vitrine_live", "Live.", {{"stream", "goes"}}), 1);
  observe(goes->histogram("vitrine_seconds", "Time.", {{"stream", "goes"}}, {1.0}), 0.5);
  set(stays.gauge("vitrine_live", "Live.", {{"stream", "stays"}}), 1);
  EXPECT_NE(render_metrics(registry).find("vitrine_sent_total{stream=\"goes\"} 7"), std::string::npos);
  goes.reset();
  const std::string after = render_metrics(registry);
  EXPECT_EQ(after.find("goes"), std::string::npos) << after;
  EXPECT_NE(after.find("vitrine_live{stream=\"stays\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace vitrine
