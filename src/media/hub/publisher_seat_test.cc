#include "media/hub/publisher_seat.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

MonotonicTime at_ms(int64_t ms) {
  return {Milliseconds(ms)};
}

TEST(PublisherSeat, ASecondPublisherIsRefusedWhileTheFirstIsHeard) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), {});
  ASSERT_TRUE(first);
  EXPECT_TRUE(seat.touch(*first, at_ms(1'000)));
  EXPECT_EQ(seat.claim(at_ms(2'999), {}).error().reason, "publish.busy");
  EXPECT_TRUE(seat.touch(*first, at_ms(3'000)));
}

TEST(PublisherSeat, AfterTwoSecondsOfSilenceTheNewerTakesOverAndTheOlderHasToGo) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), {});
  seat.touch(*first, at_ms(1'000));
  const auto second = seat.claim(at_ms(3'000), {});
  ASSERT_TRUE(second);
  EXPECT_FALSE(seat.touch(*first, at_ms(3'001)));
  EXPECT_TRUE(seat.touch(*second, at_ms(3'001)));
}

TEST(PublisherSeat, TakeoverDoesNotWaitForSilence) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), {});
  EXPECT_TRUE(seat.claim(at_ms(1), {.take_over = true}));
  EXPECT_FALSE(seat.touch(*first, at_ms(2)));
}

TEST(PublisherSeat, APullGivesWayToAPublisherAndTakesNobodysSeat) {
  PublisherSeat seat;
  const auto pull = seat.claim(at_ms(0), {.yields = true});
  ASSERT_TRUE(pull);
  EXPECT_EQ(seat.claim(at_ms(1), {.yields = true}).error().reason, "publish.busy");
  const auto publisher = seat.claim(at_ms(2), {});
  ASSERT_TRUE(publisher);
  EXPECT_FALSE(seat.touch(*pull, at_ms(3)));
  EXPECT_EQ(seat.claim(at_ms(4), {.yields = true}).error().reason, "publish.busy");
  EXPECT_EQ(seat.claim(at_ms(4), {}).error().reason, "publish.busy");
}

TEST(PublisherSeat, OnlyTheHolderFreesTheSeat) {
  PublisherSeat seat;
  const auto first = seat.claim(at_ms(0), {});
  const auto second = seat.claim(at_ms(1), {.take_over = true});
  seat.leave(*first);
  EXPECT_TRUE(seat.taken());
  seat.leave(*second);
  EXPECT_FALSE(seat.taken());
  EXPECT_FALSE(seat.touch(*second, at_ms(2)));
  EXPECT_TRUE(seat.claim(at_ms(2), {}));
}

}  // namespace
}  // namespace vitrine
