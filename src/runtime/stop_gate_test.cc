#include "runtime/stop_gate.h"

#include <gtest/gtest.h>

#include "testing/blocking.h"

namespace vitrine {
namespace {

TEST(StopGate, ClosedGateLetsNobodyIn) {
  Cores cores(1);
  cores.start();
  auto visit = []() -> Task<void> {
    StopGate gate;
    EXPECT_TRUE(gate.enter());
    EXPECT_EQ(gate.inside(), 0);  // the pass was dropped at once
    EXPECT_TRUE(co_await gate.close(Milliseconds(1000)));
    EXPECT_TRUE(gate.closed());
    EXPECT_FALSE(gate.enter());
  };
  wait_on(cores.at(0), visit());
}

TEST(StopGate, CloseWaitsForTheLastToLeave) {
  Cores cores(1);
  cores.start();
  auto visit = [](Core* core) -> Task<void> {
    StopGate gate;
    auto pass = std::make_shared<std::optional<StopGate::Pass>>(gate.enter());
    core->post([pass] { pass->reset(); });
    EXPECT_EQ(gate.inside(), 1);
    EXPECT_TRUE(co_await gate.close(Milliseconds(10'000)));
    EXPECT_EQ(gate.inside(), 0);
  };
  wait_on(cores.at(0), visit(&cores.at(0)));
}

TEST(StopGate, CloseGivesUpWhenTimeIsOver) {
  Cores cores(1);
  cores.start();
  auto visit = []() -> Task<void> {
    StopGate gate;
    auto pass = gate.enter();
    EXPECT_FALSE(co_await gate.close(Milliseconds(20)));
    pass.reset();
    EXPECT_TRUE(co_await gate.close(Milliseconds(20)));
  };
  wait_on(cores.at(0), visit());
}

TEST(StopGate, APassMayOutliveItsGate) {
  std::optional<StopGate::Pass> pass;
  {
    StopGate gate;
    pass = gate.enter();
  }
  pass.reset();
}

}  // namespace
}  // namespace vitrine
