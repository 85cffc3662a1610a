// An order's legal steps, its deadline on clocks that misbehave, and how people are shown.
#include "shop/orders/order_rules.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

using enum OrderState;

TEST(OrderRules, OnlyTheStepsOfTheTableAreLegal) {
  const std::vector<std::pair<OrderState, OrderState>> legal{
      {pending_payment, paid}, {pending_payment, closing}, {pending_payment, closed},
      {closing, paid},         {closing, closed},          {paid, shipped},
      {paid, refunding},       {shipped, completed},       {refunding, refunded}};
  for (int from = 0; from < 8; ++from) {
    for (int to = 0; to < 8; ++to) {
      const std::pair step{static_cast<OrderState>(from), static_cast<OrderState>(to)};
      const bool in_table = std::find(legal.begin(), legal.end(), step) != legal.end();
      EXPECT_EQ(may_follow(step.first, step.second), in_table) << from << " -> " << to;
    }
  }
}

TEST(Deadline, SettingTheWallClockChangesNothing) {
  FakeClock clock;
  const Deadline deadline = deadline_in(Milliseconds(300'000), clock.wall(), clock.boot());
  clock.step_wall(Milliseconds(3'600'000));
  EXPECT_FALSE(is_due(deadline, clock.boot()));
  clock.advance(Milliseconds(299'999));
  EXPECT_FALSE(is_due(deadline, clock.boot()));
  clock.advance(Milliseconds(1));
  EXPECT_TRUE(is_due(deadline, clock.boot()));
}

TEST(Deadline, AfterARebootTheRestAtTheLastMarkRemains) {
  FakeClock clock;
  const Deadline deadline = deadline_in(Milliseconds(300'000), clock.wall(), clock.boot());
  clock.advance(Milliseconds(100'000));
  const BootMark mark{clock.boot().ms, clock.boot().boot_id};
  clock.advance(Milliseconds(9'000));  // not marked any more
  clock.reboot(Milliseconds(7'200'000));
  EXPECT_FALSE(is_due(deadline, clock.boot())) << "a deadline of another boot waits to be rebased";
  const Deadline after = rebased(deadline, mark, clock.wall(), clock.boot());
  EXPECT_EQ(after.boot_ms - clock.boot().ms, 200'000) << "late by the 9 s nobody wrote down, never early";
  EXPECT_EQ(after.boot_id, clock.boot().boot_id);
}

TEST(Masks, NamesKeepTheirEndsAndPhonesTheirs) {
  EXPECT_EQ(masked_name("bob1"), "b***1");
  EXPECT_EQ(masked_name("王小明"), "王***明");
  EXPECT_EQ(masked_name("x"), "x***");
  EXPECT_EQ(masked_name(""), "***");
  EXPECT_EQ(masked_phone("+8613800001234"), "138****1234");
  EXPECT_EQ(masked_phone("123"), "****");
}

}  // namespace
}  // namespace vitrine
