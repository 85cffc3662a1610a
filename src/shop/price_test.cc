// Member and activity prices: who pays what and when, what the order remembers, and what rooms may hear.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/test_world.h"

namespace vitrine {
namespace {

class PriceTest : public ::testing::Test {
 protected:
  PriceTest() { set_log_level(LogLevel::off); }
  ~PriceTest() override { set_log_level(LogLevel::info); }

  Result<Made<int64_t>> add(PriceDraft draft) {
    return world.run(world.services->prices.add(world.fresh_key(), product, std::move(draft), "usr_staff"));
  }
  PriceDraft member(int64_t tier, int64_t amount) {
    return {.sku = mug, .kind = PriceKind::member, .tier = tier, .price = {amount, {}}};
  }
  PriceDraft activity(int64_t amount, Milliseconds from, Milliseconds time) {
    const WallTime begin = world.clock.wall() + from;
    return {.sku = mug,
            .label = "Opening night",
            .price = {amount, {}},
            .from_ms = begin.ms,
            .until_ms = (begin + time).ms};
  }
  CardVariant shown(const std::string& buyer = {}) {
    const auto who = buyer.empty() ? std::optional<AccountId>() : std::optional(world.buyer(buyer));
    return world.run(world.services->showcase.view("demo", who)).value().items.at(0).variants.at(0);
  }
  // An order at the price the buyer is shown.
  OrderView buy(const std::string& buyer, int64_t quantity = 1) {
    const CardVariant seen = shown(buyer);
    PlaceRequest request = world.request(buyer, mug, quantity);
    request.lines.front().price_version = seen.price_version;
    request.total = {seen.price->amount * quantity, {}};
    const auto placed = world.place(std::move(request));
    EXPECT_TRUE(placed.ok() && !placed->refusal) << buyer;
    return world.order(placed->order, buyer);
  }

  ShopWorld world;
  SkuId mug = world.add_product("mug", 1'000, 9);
  ProductId product = world.run(world.services->showcase.view("demo")).value().items.at(0).product;
};

TEST_F(PriceTest, AMemberPaysTheMemberPriceAndNobodyElseSeesIt) {
  world.tiers["bob1"] = 2;
  ASSERT_TRUE(add(member(2, 777)).ok());
  EXPECT_EQ(shown().price->amount, 1'000);
  EXPECT_EQ(shown("eve2").price->amount, 1'000);
  EXPECT_FALSE(shown("eve2").list_price);
  EXPECT_EQ(shown("bob1").price->amount, 777);
  EXPECT_EQ(shown("bob1").list_price->amount, 1'000);
  EXPECT_EQ(buy("eve2").total.amount, 1'000);
  const OrderView order = buy("bob1", 2);
  EXPECT_EQ(order.total.amount, 1'554);
  EXPECT_EQ(order.lines.at(0).price_kind, PriceKind::member);
  const auto cart_of = [&](const std::string& buyer) {
    EXPECT_TRUE(world.run(world.services->cart.set_line(world.buyer(buyer).str(), mug, 1)).ok());
    return world.run(world.services->cart.view(world.buyer(buyer).str(), world.buyer(buyer)))
        .value()
        .total.amount;
  };
  EXPECT_EQ(cart_of("bob1"), 777);
  EXPECT_EQ(cart_of("eve2"), 1'000);
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(PriceTest, NoEventCarriesAMembersPrice) {
  world.tiers["bob1"] = 2;
  ASSERT_TRUE(add(member(2, 777)).ok());
  world.settle();
  const int64_t events = world.count("SELECT COUNT(*) FROM outbox");
  EXPECT_GT(events, 0);
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%777%'"), 0);
  EXPECT_GT(world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'ShowcaseChanged'"), 1)
      << "rooms look again";
}

TEST_F(PriceTest, AnActivityBeginsAndEndsByTheServersClockAndRoomsAreTold) {
  using std::chrono::minutes;
  ASSERT_TRUE(add(activity(800, minutes(1), minutes(10))).ok());
  world.settle();
  const auto told = [&] { return world.count("SELECT version FROM showcase WHERE room = 'demo'"); };
  const int64_t before = told();
  EXPECT_EQ(shown().price->amount, 1'000);
  world.advance(minutes(1));
  EXPECT_EQ(shown().price->amount, 800);
  EXPECT_EQ(shown().price_label, "Opening night");
  EXPECT_EQ(told(), before + 1);
  const OrderView order = buy("bob1");
  EXPECT_EQ(order.lines.at(0).price_kind, PriceKind::activity);
  EXPECT_EQ(order.lines.at(0).price_label, "Opening night");
  world.advance(minutes(10));
  EXPECT_EQ(shown().price->amount, 1'000);
  EXPECT_EQ(told(), before + 2);
  world.settle();
  EXPECT_EQ(told(), before + 2) << "told once";
  EXPECT_EQ(world.order(order.order, "bob1").total.amount, 800) << "an order keeps its price";
}

TEST_F(PriceTest, AnOrderAtAPriceThatIsOverIsRefusedWithTheNewOne) {
  using std::chrono::minutes;
  ASSERT_TRUE(add(activity(800, minutes(0), minutes(10))).ok());
  PlaceRequest request = world.request("bob1", mug, 1);
  request.lines.front().price_version = shown().price_version;
  request.total = {800, {}};
  world.advance(minutes(10));
  const auto placed = world.place(request);
  ASSERT_TRUE(placed->refusal);
  EXPECT_EQ(placed->refusal->error.reason, "shop.price_changed");
  EXPECT_EQ(placed->refusal->total->amount, 1'000);
}

TEST_F(PriceTest, ABuyerWhosTierCannotBeAskedPaysTheBasePrice) {
  world.tiers["bob1"] = 2;
  ASSERT_TRUE(add(member(1, 777)).ok());
  world.tiers_answer = false;
  EXPECT_EQ(buy("bob1").total.amount, 1'000);
}

TEST_F(PriceTest, APriceIsEndedByHandAtOnce) {
  using std::chrono::minutes;
  const auto made = add(activity(800, minutes(0), minutes(10)));
  EXPECT_EQ(shown().price->amount, 800);
  ASSERT_TRUE(world.run(world.services->prices.end(product, made->id)).ok());
  EXPECT_EQ(shown().price->amount, 1'000);
  EXPECT_TRUE(world.run(world.services->prices.list(product)).value().items.empty());
  EXPECT_EQ(world.run(world.services->prices.end(product, 5)).error().reason, "shop.price");
}

TEST_F(PriceTest, WhatCannotBeAPriceIsRefused) {
  using std::chrono::minutes;
  EXPECT_EQ(add(activity(1'001, minutes(0), minutes(1))).error().reason, "shop.price_above_base");
  EXPECT_EQ(add(activity(900, minutes(1), minutes(-1))).error().reason, "shop.price_times");
  PriceDraft endless = activity(900, minutes(0), minutes(1));
  endless.until_ms.reset();
  EXPECT_EQ(add(endless).error().reason, "shop.price_times");
  PriceDraft tierless = member(1, 900);
  tierless.tier.reset();
  EXPECT_EQ(add(tierless).error().reason, "shop.price_tier");
  PriceDraft base = member(1, 900);
  base.kind = PriceKind::base;
  EXPECT_EQ(add(base).error().reason, "shop.price_kind");
  PriceDraft other = member(1, 900);
  other.sku = SkuId{5};
  EXPECT_EQ(add(other).error().reason, "shop.sku");
}

}  // namespace
}  // namespace vitrine
