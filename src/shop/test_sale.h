// A flash sale on a shop of its own, for tests.
//
// Owns    the shop and one product of `stock` units. Thread  the test's.
#pragma once

#include "shop/test_world.h"

namespace vitrine {

struct TestSale {
  explicit TestSale(int64_t stock = 10, uint64_t seed = 1)
      : shop(seed), sku(shop.add_product("mug", 990, stock)) {}

  SaleService& sales() { return shop.services->sales; }
  FlashSaleDraft draft(int64_t units) {
    return {.room = "demo",
            .items = {{sku, {500, {}}, units}},
            .starts_at_ms = {},
            .duration_s = 600,
            .preheat_s = 60,
            .open_delay_ms = 0,
            .per_buyer = 1,
            .per_order = 1,
            .pay_minutes = 5};
  }
  FlashSaleId make(const FlashSaleDraft& draft) {
    const auto made = shop.run(sales().create(shop.fresh_key(), draft, "usr_host"));
    check(made.ok(), "the draft is made");
    sale = made->id;
    return sale;
  }
  // Opens a sale of `units` at once.
  FlashSaleId open(int64_t units) { return open(draft(units)); }
  FlashSaleId open(const FlashSaleDraft& draft) {
    make(draft);
    const auto begun = shop.run(sales().start(sale, "usr_host"));
    check(begun.ok() && !begun->has_value(), "the sale opens");
    return sale;
  }
  std::string token(const std::string& buyer) {
    const auto admission = shop.run(sales().admit(sale, shop.buyer(buyer)));
    return admission ? admission->token : std::string(admission.error().reason);
  }
  GrabCall call(const std::string& buyer, int64_t units = 1, const std::string& key = "tap") {
    return {.sale = sale,
            .draft = {token(buyer), sku, units, {500 * units, {}}},
            .buyer = shop.buyer(buyer),
            .buyer_name = buyer,
            .key = key};
  }
  Result<GrabAnswer> grab(GrabCall call) { return shop.run(sales().grab(std::move(call))); }
  // "" when it was grabbed, else the refusal's reason.
  std::string grab(const std::string& buyer, int64_t units = 1, const std::string& key = "tap") {
    const auto answer = grab(call(buyer, units, key));
    if (!answer) return std::string(answer.error().reason);
    if (answer->refusal) return std::string(answer->refusal->error.reason);
    orders[buyer] = answer->grab.order;
    return "";
  }
  void pay(const std::string& buyer) {
    const auto set =
        shop.run(shop.services->checkout.change_address(orders[buyer], shop.buyer(buyer), AddressId{1}));
    check(set.ok(), "the order takes an address");
    shop.choose(shop.begin_payment(orders[buyer], buyer), SandboxOutcome::succeed);
  }
  FlashSaleView view() { return shop.run(sales().view(sale, true)).value(); }
  StandingView standing(const std::string& buyer) {
    return shop.run(sales().standing(sale, shop.buyer(buyer))).value();
  }
  // "free held sold" of the sale's pool.
  std::string units() {
    const FlashStockView stock = view().items.front().stock;
    return std::to_string(stock.free) + " " + std::to_string(stock.held) + " " + std::to_string(stock.sold);
  }

  ShopWorld shop;
  SkuId sku;
  FlashSaleId sale{};
  std::map<std::string, OrderId> orders;
};

}  // namespace vitrine
