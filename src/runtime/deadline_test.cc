#include "runtime/deadline.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

using Steady = std::chrono::steady_clock;

TEST(Deadline, FiresOnceAndNotEarly) {
  boost::asio::io_context io;
  const auto begun = Steady::now();
  int fired = 0;
  Deadline deadline(io, [&] { ++fired; });
  deadline.arm(Milliseconds(150));
  io.run();
  EXPECT_EQ(fired, 1);
  EXPECT_GE(Steady::now() - begun, Milliseconds(150));
  EXPECT_FALSE(deadline.armed());
}

TEST(Deadline, DisarmedNeverFires) {
  boost::asio::io_context io;
  Deadline never(io, [] { FAIL() << "was disarmed"; });
  never.arm(Milliseconds(100));
  never.disarm();
  {
    Deadline gone(io, [] { FAIL() << "was destroyed"; });
    gone.arm(Milliseconds(100));
  }
  int fired = 0;
  Deadline later(io, [&] { ++fired; });
  later.arm(Milliseconds(300));
  io.run();
  EXPECT_EQ(fired, 1);
}

TEST(Deadline, ArmingAnewMovesIt) {
  boost::asio::io_context io;
  const auto begun = Steady::now();
  Deadline deadline(io, [] {});
  deadline.arm(Milliseconds(1));
  deadline.arm(Milliseconds(400));
  io.run();
  EXPECT_GE(Steady::now() - begun, Milliseconds(400));
}

// One callback disarms the next in its slot: a session that ends takes its other limits along.
TEST(Deadline, CallbackMayDisarmItsNeighbours) {
  boost::asio::io_context io;
  int fired = 0;
  std::vector<std::unique_ptr<Deadline>> all;
  for (int index = 0; index < 8; ++index) {
    all.push_back(std::make_unique<Deadline>(io, [&] {
      ++fired;
      for (auto& deadline : all) deadline->disarm();
    }));
  }
  for (auto& deadline : all) deadline->arm(Milliseconds(50));
  io.run();
  EXPECT_EQ(fired, 1);
}

TEST(Deadline, LongerThanATurnOfTheWheelWaitsItsTurns) {
  boost::asio::io_context io;
  Deadline far(io, [] { FAIL() << "60 s are not over"; });
  far.arm(Milliseconds(60'000));
  EXPECT_TRUE(far.armed());
  io.run_for(Milliseconds(350));
  EXPECT_TRUE(far.armed());
}

}  // namespace
}  // namespace vitrine
