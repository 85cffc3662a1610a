// Packages of an order, where they are, and how staff find orders again.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/test_world.h"

namespace vitrine {
namespace {

const StaffAct kStaff{AccountId{42}, "127.0.0.1"};

class ShippingTest : public ::testing::Test {
 protected:
  ShippingTest() { set_log_level(LogLevel::off); }
  ~ShippingTest() override { set_log_level(LogLevel::info); }

  OrderId paid(const std::string& buyer, SkuId sku, int64_t quantity) {
    const OrderId order = world.buy(buyer, sku, quantity);
    world.choose(world.begin_payment(order, buyer), SandboxOutcome::succeed);
    return order;
  }
  Result<void> ship(OrderId order, ShipDraft draft) {
    return world.run(world.services->checkout.ship(order, std::move(draft), kStaff));
  }
  std::vector<OrderId> found(OrderQuery query) {
    std::vector<OrderId> out;
    for (const auto& view : world.run(world.services->checkout.orders(query, OrderEyes::staff))->items)
      out.push_back(view.order);
    return out;
  }

  ShopWorld world;
  SkuId mug = world.add_product("mug", 990, 9);
};

TEST_F(ShippingTest, AnOrderGoesOutInTwoPackages) {
  const OrderId order = paid("bob1", mug, 3);
  ASSERT_TRUE(ship(order, {"SF", "SF1", {{{0, 2}}}}).ok());
  OrderView view = world.order(order, "bob1");
  EXPECT_EQ(view.state, "partly_shipped");
  EXPECT_EQ(view.lines.at(0).left_to_ship, 1);
  EXPECT_EQ(ship(order, {"SF", "SF2", {{{0, 2}}}}).error().reason, "shop.package_units");
  ASSERT_TRUE(ship(order, {"EMS", "E2", {}}).ok());
  view = world.order(order, "bob1");
  EXPECT_EQ(view.state, "shipped");
  ASSERT_EQ(view.packages.size(), 2u);
  EXPECT_EQ(view.packages[0].lines.at(0).quantity, 2);
  EXPECT_EQ(view.packages[1].carrier, "EMS");
  EXPECT_EQ(view.packages[1].lines.at(0).quantity, 1);
  EXPECT_EQ(ship(order, {"SF", "SF3", {}}).error().reason, "shop.order_state");
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(ShippingTest, TheSamePackageAgainIsSentOnce) {
  const OrderId order = paid("bob1", mug, 2);
  ASSERT_TRUE(ship(order, {"SF", "SF1", {{{0, 1}}}}).ok());
  ASSERT_TRUE(ship(order, {"SF", "SF1", {{{0, 1}}}}).ok());
  EXPECT_EQ(world.order(order, "bob1").packages.size(), 1u);
  EXPECT_EQ(ship(order, {"SF", "SF1", {{{0, 2}}}}).error().reason, "shop.tracking_used");
}

TEST_F(ShippingTest, NothingUnpaidIsSentAndAPartlySentOrderIsNotCancelled) {
  const OrderId open = world.buy("eve2", mug, 1);
  EXPECT_EQ(ship(open, {"SF", "SF1", {}}).error().reason, "shop.order_state");
  const OrderId order = paid("bob1", mug, 2);
  ASSERT_TRUE(ship(order, {"SF", "SF1", {{{0, 1}}}}).ok());
  EXPECT_EQ(world.run(world.services->checkout.staff_cancel(order, kStaff)).error().reason,
            "shop.order_state");
  EXPECT_EQ(world.run(world.services->checkout.complete(order, world.buyer("bob1"), "usr_x")).error().reason,
            "shop.order_state");
}

TEST_F(ShippingTest, TheBuyerReadsWhereAPackageIs) {
  const OrderId order = paid("bob1", mug, 1);
  ASSERT_TRUE(ship(order, {"SF", "SF1", {}}).ok());
  auto& checkout = world.services->checkout;
  const auto key = world.fresh_key();
  const TrackDraft arrived{TrackState::in_transit, "left Shanghai", world.clock.wall().ms + 1'000};
  EXPECT_FALSE(*world.run(checkout.track(key, order, 1, arrived, kStaff)));
  EXPECT_TRUE(*world.run(checkout.track(key, order, 1, arrived, kStaff)));
  ASSERT_TRUE(
      world.run(checkout.track(world.fresh_key(), order, 1, {TrackState::delivered, "", {}}, kStaff)).ok());
  const auto view = world.order(order, "bob1").packages.at(0);
  ASSERT_EQ(view.track.size(), 2u);
  EXPECT_EQ(view.track[1].text, "left Shanghai") << "by when it happened, not by when it was told";
  EXPECT_EQ(world.run(checkout.track(world.fresh_key(), order, 2, arrived, kStaff)).error().reason,
            "shop.package");

  ASSERT_TRUE(world.run(checkout.change_package(order, 1, {"SF", "SF9"}, kStaff)).ok());
  EXPECT_EQ(world.order(order, "bob1").packages.at(0).tracking, "SF9");
  EXPECT_EQ(world.run(checkout.change_package(order, 3, {"SF", "SF9x"}, kStaff)).error().reason,
            "shop.package");
}

TEST_F(ShippingTest, StaffFindAnOrderByWhateverTheyHave) {
  const OrderId first = paid("bob1", mug, 1);
  world.advance(Milliseconds(60'000));
  const OrderId second = paid("eve2", mug, 1);
  ASSERT_TRUE(ship(first, {"SF", "SF123", {}}).ok());
  ASSERT_TRUE(world.run(world.services->checkout.note(second, "Gift Wrap", kStaff)).ok());
  const std::string id = first.str();
  EXPECT_EQ(found({.text = id}), std::vector{first});
  EXPECT_EQ(found({.text = id.substr(id.size() - 10)}), std::vector{first});
  EXPECT_EQ(found({.text = "SF123"}), std::vector{first});
  EXPECT_EQ(found({.text = "gift wr"}), std::vector{second});
  EXPECT_EQ(found({.text = "MUG"}), (std::vector{second, first}));
  EXPECT_EQ(found({.buyer = world.buyer("bob1")}), std::vector{first});
  EXPECT_EQ(found({.room = "demo"}).size() + found({.room = "other"}).size(), 2u);
  const WallTime between = world.clock.wall() + Milliseconds(-30'000);
  EXPECT_EQ(found({.from = between}), std::vector{second});
  EXPECT_EQ(found({.until = between}), std::vector{first});
}

}  // namespace
}  // namespace vitrine
