#include "members/attempt_limiter.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

using std::chrono::seconds;

TEST(AttemptLimiter, FiveAtOnceThenOneEveryTwelveSeconds) {
  FakeClock clock;
  AttemptLimiter limiter(seconds(60));
  for (int attempt = 0; attempt < 5; ++attempt) {
    EXPECT_EQ(limiter.try_one("mei", 5, clock.monotonic()), Milliseconds(0)) << attempt;
  }
  EXPECT_EQ(limiter.try_one("mei", 5, clock.monotonic()), seconds(12));
  clock.advance(seconds(11));
  EXPECT_EQ(limiter.try_one("mei", 5, clock.monotonic()), seconds(1));
  clock.advance(seconds(1));
  EXPECT_EQ(limiter.try_one("mei", 5, clock.monotonic()), Milliseconds(0));
  EXPECT_NE(limiter.try_one("mei", 5, clock.monotonic()), Milliseconds(0));
}

TEST(AttemptLimiter, KeysDoNotShare) {
  FakeClock clock;
  AttemptLimiter limiter(seconds(60));
  EXPECT_EQ(limiter.try_one("a", 1, clock.monotonic()), Milliseconds(0));
  EXPECT_EQ(limiter.try_one("b", 1, clock.monotonic()), Milliseconds(0));
  EXPECT_NE(limiter.try_one("a", 1, clock.monotonic()), Milliseconds(0));
}

TEST(AttemptLimiter, ARefundedAttemptDoesNotCount) {
  FakeClock clock;
  AttemptLimiter limiter(seconds(60));
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(limiter.try_one("a", 1, clock.monotonic()), Milliseconds(0));
    limiter.refund("a", 1);
  }
}

TEST(RecentMap, ForgetsTheOldestAndNeverMoreThanItMust) {
  RecentMap<int, int> map(100);
  for (int key = 0; key < 1000; ++key) {
    map.put(key, key);
    EXPECT_LE(map.size(), 200u);
    if (key >= 49) EXPECT_NE(map.find(key - 49), nullptr) << key;  // put and find both use a key
  }
  EXPECT_EQ(map.find(0), nullptr);
}

TEST(RecentMap, WhatIsUsedStays) {
  RecentMap<int, int> map(10);
  map.put(7, 1);
  for (int key = 100; key < 1000; ++key) {
    map.put(key, 0);
    ASSERT_NE(map.find(7), nullptr);
  }
  map.erase(7);
  EXPECT_EQ(map.find(7), nullptr);
}

}  // namespace
}  // namespace vitrine
