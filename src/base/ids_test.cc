#include "base/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

TEST(Ids, TextSortsAsTheNumberDoes) {
  rc::check([] {
    const auto a = *rc::gen::inRange<int64_t>(1, INT64_MAX);
    const auto b = *rc::gen::inRange<int64_t>(1, INT64_MAX);
    RC_ASSERT((encode_id("ord_", a) < encode_id("ord_", b)) == (a < b));
    RC_ASSERT(decode_id("ord_", encode_id("ord_", a)) == a);
  });
}

TEST(Ids, ForeignTextIsRefused) {
  EXPECT_EQ(OrderId::parse("usr_0000000000001"), std::nullopt);  // another kind
  EXPECT_EQ(OrderId::parse("ord_000000000001"), std::nullopt);   // too short
  EXPECT_EQ(OrderId::parse("ord_00000000000u1"), std::nullopt);  // too long, and u is no digit
  EXPECT_EQ(OrderId::parse("ord_000000000000u"), std::nullopt);  // u is no digit
  EXPECT_EQ(OrderId::parse("ord_0000000000000"), std::nullopt);  // zero is nobody's id
  EXPECT_EQ(OrderId::parse("ord_zzzzzzzzzzzzz"), std::nullopt);  // past 63 bits
}

TEST(Ids, NeverRepeatWithinAMillisecondOrWhenTheClockStepsBack) {
  FakeClock clock;
  SeededRandom random(7);
  IdSource ids(clock, random);
  int64_t last = 0;
  for (int round = 0; round < 10'000; ++round) {
    if (round == 5'000) clock.step_wall(Milliseconds(-60'000));
    const int64_t next = ids.next_value();
    ASSERT_GT(next, last);
    last = next;
  }
}

}  // namespace
}  // namespace vitrine
