// Payments when the provider lies, is silent or times out; refunds in steps; bills against our books.
#include <gtest/gtest.h>

#include <set>

#include "shop/test_world.h"

namespace vitrine {
namespace {

class PaymentTest : public ::testing::Test {
 protected:
  ShopWorld world;
  const SkuId mug = world.add_product("mug", 990, 50);

  // An order of bob1's whose payment ends so.
  OrderId pay(SandboxOutcome outcome) {
    const OrderId order = world.buy("bob1", mug, 1);
    world.choose(world.begin_payment(order, "bob1"), outcome);
    return order;
  }
  std::string state(OrderId order) { return world.order(order, "bob1").state; }
  std::string payment_state(OrderId order) { return world.order(order, "bob1").payments.front().state; }
  void time_out(int64_t percent) {
    auto config = std::make_shared<Config>(shop_config_keys());
    check(!config->set_text("payments.sandbox_timeouts", std::to_string(percent), "test"), "a good value");
    auto set = [](Core* core, std::shared_ptr<const Config> to) -> Task<void> {
      core->set_config(std::move(to));
      co_return;
    };
    world.run(set(&world.core(), config));
  }
  BillCheck check_today() {
    return world.run(world.services->desk.check_bill("sandbox", day_of(world.clock.wall()))).value();
  }
  void expect_whole() { EXPECT_EQ(world.breaches(), std::vector<std::string>{}); }
};

TEST_F(PaymentTest, APaymentNobodyToldOfIsFoundByAsking) {
  const OrderId order = pay(SandboxOutcome::untold);
  EXPECT_EQ(state(order), "pending_payment");
  world.advance(Milliseconds(5'000));
  EXPECT_EQ(state(order), "paid");
  expect_whole();
}

TEST_F(PaymentTest, ANoticeOfAnotherAmountPaysNothingUntilTheProviderIsAsked) {
  const OrderId order = pay(SandboxOutcome::wrong_amount);
  EXPECT_EQ(state(order), "pending_payment");
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM payment_inbox WHERE outcome = 'amount'"), 1);
  world.advance(Milliseconds(15'000));
  EXPECT_EQ(state(order), "paid");
  expect_whole();
}

TEST_F(PaymentTest, AForgedNoticeIsNotEvenStored) {
  const OrderId order = pay(SandboxOutcome::wrong_signature);
  EXPECT_EQ(state(order), "pending_payment");
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM payment_inbox"), 0);
  world.advance(Milliseconds(15'000));
  EXPECT_EQ(state(order), "paid");
  expect_whole();
}

TEST_F(PaymentTest, OlderNoticesThatComeLaterChangeNothing) {
  const OrderId order = pay(SandboxOutcome::reordered);
  EXPECT_EQ(state(order), "paid");
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM payment_inbox WHERE outcome IS NULL"), 0);
  EXPECT_EQ(payment_state(order), "succeeded");
  expect_whole();
}

TEST_F(PaymentTest, ASilentProviderLeavesTheAttemptUnknownAndTheUnitsHeld) {
  const OrderId order = pay(SandboxOutcome::silent);
  world.advance(Milliseconds(15'000));
  EXPECT_EQ(payment_state(order), "unknown");
  EXPECT_EQ(world.pool(mug).held, 1);
  world.advance(kSandboxSilence);
  EXPECT_EQ(state(order), "paid");
  expect_whole();
}

TEST_F(PaymentTest, TheSameEventWithOtherBytesIsRefused) {
  const OrderId order = world.buy("bob1", mug, 1);
  const PaymentId payment = world.begin_payment(order, "bob1");
  const auto send = [&](int64_t amount) {
    const std::string raw = R"({"event":"e1","payment":")" + payment.str() +
                            R"(","word":2,"amount":{"amount":)" + std::to_string(amount) +
                            R"(,"currency":"CNY"}})";
    return world.run(world.services->desk.receive("sandbox", raw, world.services->sandbox.sign(raw)));
  };
  EXPECT_TRUE(send(990).ok());
  EXPECT_TRUE(send(990).ok()) << "a repeat is taken quietly";
  EXPECT_EQ(send(991).error().reason, "shop.notice_changed");
  world.settle();
  EXPECT_EQ(state(order), "paid");
}

TEST_F(PaymentTest, ARefundIsSentOnceAskedAboutAndThenDone) {
  const OrderId order = pay(SandboxOutcome::succeed);
  ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(order, {AccountId{7}, "::1"})).ok());
  EXPECT_EQ(state(order), "refunding");
  world.run(world.services->caretaker.tick());
  EXPECT_EQ(world.count("SELECT state FROM refund"), static_cast<int64_t>(RefundState::sent));
  world.run(world.services->caretaker.tick());
  EXPECT_EQ(state(order), "refunded");
  EXPECT_EQ(payment_state(order), "refunded");
  expect_whole();
}

TEST_F(PaymentTest, CallsThatTimeOutAreMadeAgainUnderTheSameNumberUntilAllIsDone) {
  time_out(50);
  std::vector<OrderId> orders;
  for (int at = 0; at < 20; ++at) {
    const std::string buyer = "b" + std::to_string(at);
    const OrderId order = world.buy(buyer, mug, 1);
    const auto begun =
        world.run(world.services->desk.begin(world.fresh_key(), order, world.buyer(buyer), "sandbox"));
    if (!begun) EXPECT_EQ(begun.error().reason, "shop.provider_down");
    orders.push_back(order);
  }
  for (int minutes = 0; minutes < 120; ++minutes) world.advance(Milliseconds(60'000));
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM orders WHERE state = 5"), 20)
      << "each ended by the provider's word";
  EXPECT_EQ(world.pool(mug).free, 50);
  expect_whole();
}

TEST_F(PaymentTest, TheDaysBillAgreesWithOurBooks) {
  pay(SandboxOutcome::succeed);
  pay(SandboxOutcome::twice);
  const OrderId back = pay(SandboxOutcome::succeed);
  ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(back, {AccountId{7}, "::1"})).ok());
  world.advance(Milliseconds(5'000));
  const BillCheck check = check_today();
  EXPECT_EQ(check.bill_lines, 4);
  EXPECT_EQ(check.our_lines, 4);
  EXPECT_TRUE(check.differences.empty());
}

TEST_F(PaymentTest, WhatTheBillHasAndWeDoNotIsReportedAndTheOtherWayRound) {
  pay(SandboxOutcome::succeed);
  const OrderId open = world.buy("eve2", mug, 1);
  const PaymentId unseen = world.begin_payment(open, "eve2");
  world.tamper("UPDATE sandbox_payment SET paid_ms = " + std::to_string(world.clock.wall().ms) +
               " WHERE payment = " + std::to_string(unseen.value));
  world.tamper("UPDATE sandbox_payment SET amount = 991 WHERE payment <> " + std::to_string(unseen.value));
  const BillCheck check = check_today();
  ASSERT_EQ(check.differences.size(), 2u);
  const auto kinds = std::set{check.differences[0].kind, check.differences[1].kind};
  EXPECT_EQ(kinds, (std::set{BillDifferenceKind::only_theirs, BillDifferenceKind::amount}));
  EXPECT_EQ(world.run(world.services->desk.bill_checks())->front().differences.size(), 2u) << "it is kept";
}

TEST_F(PaymentTest, YesterdayIsCheckedByItselfAnHourAfterMidnight) {
  pay(SandboxOutcome::succeed);
  const auto checks = [&] { return world.count("SELECT COUNT(*) FROM bill_check WHERE bill_lines = 1"); };
  const BillDay today = day_of(world.clock.wall());
  world.advance(today.to - world.clock.wall() + kBillDelay - Milliseconds(1'000));
  EXPECT_EQ(checks(), 0);
  world.advance(Milliseconds(61'000));
  EXPECT_EQ(checks(), 1);
}

}  // namespace
}  // namespace vitrine
