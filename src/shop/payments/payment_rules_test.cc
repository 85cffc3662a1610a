// What an attempt to pay may become.
#include "shop/payments/payment_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(PaymentRules, MoneyThatCameStaysCome) {
  for (int to = 0; to < 7; ++to) {
    EXPECT_FALSE(may_follow(AttemptState::succeeded, static_cast<AttemptState>(to)));
  }
}

TEST(PaymentRules, AClosedAttemptCanStillTurnOutPaidButNothingElse) {
  for (const auto ended : {AttemptState::closed, AttemptState::failed}) {
    EXPECT_TRUE(may_follow(ended, AttemptState::succeeded));
    EXPECT_FALSE(may_follow(ended, AttemptState::paying));
    EXPECT_FALSE(may_follow(ended, AttemptState::unknown));
  }
}

TEST(PaymentRules, UnknownIsOpenUntilTheProviderSays) {
  EXPECT_TRUE(is_open(AttemptState::unknown));
  EXPECT_TRUE(may_follow(AttemptState::unknown, AttemptState::closed));
  EXPECT_TRUE(may_follow(AttemptState::unknown, AttemptState::succeeded));
}

TEST(PaymentRules, QuestionsGrowRarerUpToTenMinutes) {
  EXPECT_EQ(poll_pause(0).count(), 5'000);
  EXPECT_EQ(poll_pause(1).count(), 15'000);
  EXPECT_EQ(poll_pause(4).count(), 600'000);
  EXPECT_EQ(poll_pause(99).count(), 600'000);
}

}  // namespace
}  // namespace vitrine
