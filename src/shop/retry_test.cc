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

}  // namespace
}  // namespace vitrine
