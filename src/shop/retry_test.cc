// What a retry gets (SHOP-RULES 17): the same answer, whatever has come in the way since, and never the
// answer of something else. And what staff may not do without a trace.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/cart/cart_store.h"
#include "shop/test_world.h"

namespace vitrine {
namespace {

const StaffAct kStaff{AccountId{42}, "127.0.0.1"};

class RetryTest : public ::testing::Test {
 protected:
  RetryTest() { set_log_level(LogLevel::off); }
  ~RetryTest() override { set_log_level(LogLevel::info); }
  ShopWorld world;
};

TEST_F(RetryTest, AnOrderIsAnsweredAgainAfterSellingWasSwitchedOff) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const PlaceRequest request = world.request("bob1", mug, 1);
  const auto first = world.place(request);
  world.ops.now.selling = false;
  const auto again = world.place(request);
  ASSERT_TRUE(again.ok()) << again.error().reason;
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->order, first->order);
}

TEST_F(RetryTest, AnOrderIsAnsweredAgainAfterItsAddressWasRemoved) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const PlaceRequest request = world.request("bob1", mug, 1);
  const auto first = world.place(request);
  world.members.removed = request.address;
  const auto again = world.place(request);
  ASSERT_TRUE(again.ok()) << again.error().reason;
  EXPECT_EQ(again->order, first->order);
  EXPECT_EQ(world.place(world.request("bob1", mug, 1)).error().reason, "members.address");
}

// The attempt is written, then the process ends before the provider was asked to make it.
TEST_F(RetryTest, ABegunPaymentIsFinishedByTheRetryOfItsKey) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId order = world.buy("bob1", mug, 1);
  const IdempotencyKey key = world.fresh_key();
  const auto begin = [&] {
    return world.run(world.services->desk.begin(key, order, world.buyer("bob1"), "sandbox"));
  };
  const PaymentId payment = begin().value().id;
  world.tamper("UPDATE payment_attempt SET state = 0, cashier_url = NULL");
  world.tamper("DELETE FROM sandbox_payment");
  const auto again = begin();
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->id, payment);
  const OrderView view = world.order(order, "bob1");
  EXPECT_EQ(view.payments.front().state, "prepaid");
  ASSERT_TRUE(view.payments.front().cashier_url) << "the buyer has nowhere to pay";
  world.choose(payment, SandboxOutcome::succeed);
  EXPECT_EQ(world.order(order, "bob1").state, "paid");
}

TEST_F(RetryTest, PersonalDataIsNotShownWhenTheLookCannotBeWrittenDown) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId order = world.buy("bob1", mug, 1);
  world.members.audit_works = false;
  CheckoutService& checkout = world.services->checkout;
  EXPECT_EQ(world.run(checkout.staff_order(order, OrderEyes::staff_personal, kStaff)).error().reason,
            "members.unavailable");
  EXPECT_TRUE(world.run(checkout.staff_order(order, OrderEyes::staff, kStaff)).ok());
}

TEST_F(RetryTest, AFullCartIsAConflictNotATrouble) {
  for (size_t line = 0; line <= kCartLinesMax; ++line) {
    const SkuId sku = world.make_product("thing " + std::to_string(line), 990, 1).second;
    const auto put = world.run(world.services->cart.set_line("gst_a", sku, 1));
    if (line < kCartLinesMax) {
      ASSERT_TRUE(put.ok());
    } else {
      EXPECT_EQ(put.error(), (Error{ErrorKind::conflict, "shop.cart_full"}));
    }
  }
}

}  // namespace
}  // namespace vitrine
