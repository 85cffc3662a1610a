// Before a price opens (开价) no answer to viewers and no event has it, and nothing can be bought
// (SHOP-RULES 15); from the moment it opens everybody sees it and may buy.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/test_world.h"

namespace vitrine {
namespace {

constexpr int64_t kSecret = 7'654'321;
constexpr int64_t kMembersSecret = 6'543'217;

class HiddenPriceTest : public ::testing::Test {
 protected:
  HiddenPriceTest() {
    set_log_level(LogLevel::off);
    std::tie(product, sku) = world.make_product("phone", kSecret, 5);
    EXPECT_TRUE(world.run(world.services->showcase.hide_price(product)).value());
    world.tiers["bob1"] = 2;
    const PriceDraft member{.sku = sku, .kind = PriceKind::member, .tier = 2, .price = {kMembersSecret, {}}};
    EXPECT_TRUE(world.run(world.services->prices.add(world.fresh_key(), product, member, "usr_staff")).ok());
    EXPECT_TRUE(world.run(world.services->showcase.arrange("demo", {product})).ok());
  }
  ~HiddenPriceTest() override { set_log_level(LogLevel::info); }

  template <class T>
  static std::string text(const T& dto) {
    return boost::json::serialize(to_json(dto));
  }
  static bool tells(const std::string& text) {
    return text.find(std::to_string(kSecret)) != std::string::npos ||
           text.find(std::to_string(kMembersSecret)) != std::string::npos;
  }
  ShowcaseView showcase(const std::string& buyer = {}, CardEyes eyes = CardEyes::viewer) {
    const auto who = buyer.empty() ? std::optional<AccountId>() : std::optional(world.buyer(buyer));
    return world.run(world.services->showcase.view("demo", who, eyes)).value();
  }
  Result<bool> open(std::optional<MediaTimeDto> playhead = {}) {
    return world.run(world.services->showcase.open_price("demo", {product, playhead}));
  }
  Result<void> put_in_cart(const std::string& viewer) {
    return world.run(world.services->cart.set_line(viewer, sku, 1));
  }
  std::string quote() {
    const auto quoted =
        world.run(world.services->checkout.quote(world.buyer("bob1"), {{sku, 1, 1}}, std::nullopt));
    return quoted ? "" : std::string(quoted.error().reason);
  }
  FlashSaleDraft sale() { return {.room = "demo", .items = {{.sku = sku, .price = {500, {}}, .units = 2}}}; }
  Result<Made<FlashSaleId>> draft_sale() {
    return world.run(world.services->sales.create(world.fresh_key(), sale(), "usr_staff"));
  }
  std::string start(FlashSaleId id) {
    const auto begun = world.run(world.services->sales.start(id, "usr_staff"));
    return begun ? "" : std::string(begun.error().reason);
  }

  ShopWorld world;
  ProductId product;
  SkuId sku;
};

TEST_F(HiddenPriceTest, NoAnswerToViewersAndNoEventHasThePrice) {
  for (const std::string& buyer : {std::string(), std::string("bob1")}) {
    EXPECT_FALSE(tells(text(showcase(buyer)))) << "buyer: " << buyer;
    const auto who = buyer.empty() ? std::optional<AccountId>() : std::optional(world.buyer(buyer));
    EXPECT_FALSE(tells(text(world.run(world.services->showcase.offer(product, who)).value())));
  }
  const Card card = showcase("bob1").items.at(0);
  EXPECT_TRUE(card.price_hidden);
  EXPECT_FALSE(card.variants.at(0).price || card.variants.at(0).list_price);
  EXPECT_EQ(card.variants.at(0).stock.free, 5) << "all but the price is there";
  world.settle();
  EXPECT_GT(world.count("SELECT COUNT(*) FROM outbox"), 0);
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%7654321%' "
                        "OR payload LIKE '%6543217%'"),
            0);
}

TEST_F(HiddenPriceTest, StaffSeeThePrice) {
  EXPECT_EQ(showcase({}, CardEyes::staff).items.at(0).variants.at(0).price->amount, kSecret);
  const ProductView view = world.run(world.services->catalog.product(product)).value();
  EXPECT_TRUE(view.price_hidden);
  EXPECT_EQ(view.variants.at(0).price.amount, kSecret);
}

TEST_F(HiddenPriceTest, CartQuoteAndOrderAreRefusedAlsoToWhoGuessesThePrice) {
  EXPECT_EQ(put_in_cart("gst_a").error().reason, "shop.price_hidden");
  EXPECT_EQ(quote(), "shop.price_hidden");
  const auto placed = world.place(world.request("eve2", sku, 1));
  ASSERT_TRUE(placed->refusal);
  EXPECT_EQ(placed->refusal->error.reason, "shop.price_hidden");
  EXPECT_FALSE(placed->refusal->total) << "a refusal does not tell it either";
  EXPECT_EQ(world.pool(sku).held, 0);
}

TEST_F(HiddenPriceTest, FromTheMomentItOpensEverybodySeesAndBuys) {
  const int64_t before = showcase().version;
  world.media.now.newest = MediaTime{4, 900'000};
  ASSERT_TRUE(open(MediaTimeDto{4, 870'000}).value());
  EXPECT_EQ(showcase().version, before + 1);
  EXPECT_EQ(showcase().items.at(0).variants.at(0).price->amount, kSecret);
  EXPECT_EQ(showcase("bob1").items.at(0).variants.at(0).price->amount, kMembersSecret);
  EXPECT_FALSE(world.place(world.request("eve2", sku, 1))->refusal);
  EXPECT_TRUE(put_in_cart("gst_a").ok());
  EXPECT_TRUE(world.breaches().empty());
  EXPECT_EQ(
      world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'PriceRevealed' AND payload LIKE '%870000%'"), 1)
      << "with the host's moment of the picture";
  EXPECT_EQ(
      world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'PriceRevealed' AND payload LIKE '%7654321%'"), 0)
      << "one price is not everybody's";
}

TEST_F(HiddenPriceTest, OpeningAndHidingTwiceAreDoneOnce) {
  ASSERT_TRUE(open().value());
  EXPECT_FALSE(open().value());
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'PriceRevealed'"), 1);
  ASSERT_TRUE(world.run(world.services->showcase.hide_price(product)).value());
  const int64_t version = showcase().version;
  EXPECT_FALSE(world.run(world.services->showcase.hide_price(product)).value());
  EXPECT_EQ(showcase().version, version) << "rooms are told once";
}

TEST_F(HiddenPriceTest, EveryRoomThatHasTheProductIsTold) {
  ASSERT_TRUE(world.run(world.services->showcase.arrange("other", {product})).ok());
  world.media.now.newest = MediaTime{4, 900'000};
  ASSERT_TRUE(open(MediaTimeDto{4, 870'000}).value());
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'PriceRevealed'"), 2);
  EXPECT_EQ(
      world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'PriceRevealed' AND payload LIKE '%870000%'"), 1)
      << "another room has another picture";
}

TEST_F(HiddenPriceTest, ItOpensFromARoomThatHasIt) {
  ASSERT_TRUE(world.run(world.services->showcase.arrange("demo", {})).ok());
  EXPECT_EQ(open().error().reason, "shop.not_on_showcase");
  EXPECT_EQ(world.run(world.services->showcase.hide_price(ProductId{5})).error().reason, "shop.product");
}

TEST_F(HiddenPriceTest, WhatIsInACartStaysThereUnpricedAndAnOrderKeepsItsPrice) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put_in_cart("gst_a").ok());
  const OrderId order = world.buy("eve2", sku, 1);
  ASSERT_TRUE(world.run(world.services->showcase.hide_price(product)).ok());
  const CartView cart = world.run(world.services->cart.view("gst_a")).value();
  EXPECT_FALSE(tells(text(cart)));
  EXPECT_TRUE(cart.lines.at(0).price_hidden);
  EXPECT_FALSE(cart.lines.at(0).on_offer);
  EXPECT_EQ(cart.total.amount, 0);
  EXPECT_EQ(world.order(order, "eve2").total.amount, kSecret);
}

TEST_F(HiddenPriceTest, AnEditKeepsThePriceHidden) {
  const ProductDraft draft{
      .name = "phone 2", .variants = {{sku, "black", {kSecret + 1, {}}, {}}}, .version = 1};
  ASSERT_TRUE(world.run(world.services->catalog.change(product, draft, "usr_staff")).ok());
  EXPECT_TRUE(showcase().items.at(0).price_hidden);
}

TEST_F(HiddenPriceTest, AFlashSaleTellsAPriceSoThereIsNoneWhileItIsHidden) {
  EXPECT_EQ(draft_sale().error().reason, "shop.price_hidden");
  ASSERT_TRUE(open().ok());
  const FlashSaleId drafted = draft_sale()->id;
  ASSERT_TRUE(world.run(world.services->showcase.hide_price(product)).ok()) << "a draft is for staff only";
  EXPECT_EQ(start(drafted), "shop.price_hidden");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(start(drafted), "");
  EXPECT_EQ(world.run(world.services->showcase.hide_price(product)).error().reason, "shop.price_in_sale");
}

}  // namespace
}  // namespace vitrine
