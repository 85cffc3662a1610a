#include "runtime/flush_pacer.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

MonotonicTime second(int n) {
  return {Microseconds(n * 1'000'000)};
}

// 8 us a send, 25 pictures a second, 1.8 Mbit/s: half a core is about 2,500 viewers at every picture.
FlushPacer::Demand viewers(double count) {
  return {count, 25, 225'000};
}

TEST(FlushPacer, FewViewersGetEveryPictureAtOnce) {
  FlushPacer pacer;
  const auto demand = viewers(500);
  pacer.enter(demand);
  pacer.choose(second(10));
  EXPECT_EQ(pacer.interval(), Milliseconds(0));
}

TEST(FlushPacer, TheIntervalGrowsUntilTheCostFitsHalfTheCore) {
  FlushPacer pacer;
  auto demand = viewers(4'000);
  pacer.enter(demand);
  pacer.choose(second(10));
  EXPECT_EQ(pacer.interval(), Milliseconds(100));
  demand = viewers(50'000);  // more than any interval can carry: the longest is the best there is
  pacer.choose(second(11));
  EXPECT_EQ(pacer.interval(), Milliseconds(200));
}

TEST(FlushPacer, AllFeedsOfTheCoreCountTogether) {
  FlushPacer pacer;
  const auto one = viewers(1'000);
  const auto other = viewers(3'000);
  pacer.enter(one);
  pacer.enter(other);
  pacer.choose(second(10));
  EXPECT_EQ(pacer.interval(), Milliseconds(100));
  pacer.leave(other);
  pacer.choose(second(11));
  EXPECT_EQ(pacer.interval(), Milliseconds(0));
}

TEST(FlushPacer, ChangesAtMostOnceASecond) {
  FlushPacer pacer;
  auto demand = viewers(100);
  pacer.enter(demand);
  pacer.choose(second(10));
  demand = viewers(10'000);
  pacer.choose({second(10).since_start + Milliseconds(900)});
  EXPECT_EQ(pacer.interval(), Milliseconds(0));
  pacer.choose(second(11));
  EXPECT_EQ(pacer.interval(), Milliseconds(200));
}

TEST(FlushPacer, LearnsWhatASendCostsHere) {
  FlushPacer pacer;
  const auto demand = viewers(500);
  pacer.enter(demand);
  for (int slice = 0; slice < 200; ++slice) pacer.learn(100, 0, Microseconds(8'000));  // 80 us each
  pacer.choose(second(10));
  EXPECT_EQ(pacer.interval(), Milliseconds(100));
}

}  // namespace
}  // namespace vitrine
