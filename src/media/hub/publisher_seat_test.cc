#include "media/hub/publisher_seat.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

MonotonicTime at_ms(int64_t ms) {
  return {Milliseconds(ms)};
}

TEST(PublisherSeat, ASecondPublisherIsRefusedWhileTheFirstIsHeard) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), false);
  ASSERT_TRUE(first);
  EXPECT_TRUE(seat.touch(*first, at_ms(1'000)));
  EXPECT_EQ(seat.claim(at_ms(2'999), false).error().reason, "publish.busy");
  EXPECT_TRUE(seat.touch(*first, at_ms(3'000)));
}

TEST(PublisherSeat, AfterTwoSecondsOfSilenceTheNewerTakesOverAndTheOlderHasToGo) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), false);
  seat.touch(*first, at_ms(1'000));
  const auto second = seat.claim(at_ms(3'000), false);
  ASSERT_TRUE(second);
  EXPECT_FALSE(seat.touch(*first, at_ms(3'001)));
  EXPECT_TRUE(seat.touch(*second, at_ms(3'001)));
}

TEST(PublisherSeat, TakeoverDoesNotWaitForSilence) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), false);
  EXPECT_TRUE(seat.claim(at_ms(1), true));
  EXPECT_FALSE(seat.touch(*first, at_ms(2)));
}

TEST(PublisherSeat, OnlyTheHolderFreesTheSeat) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), false);
  const auto second = seat.claim(at_ms(1), true);
  seat.leave(*first);
  EXPECT_TRUE(seat.taken());
  seat.leave(*second);
  EXPECT_FALSE(seat.taken());
  EXPECT_FALSE(seat.touch(*second, at_ms(2)));
  EXPECT_TRUE(seat.claim(at_ms(2), false));
}

}  // namespace
}  // namespace vitrine
