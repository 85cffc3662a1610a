// What an order may be, decided before anything is written; pure.
#pragma once

#include <optional>
#include <vector>

#include "base/money.h"
#include "shop/catalog/catalog_store.h"
#include "shop/coupons/coupon_rules.h"
#include "shop/ledger/ledger_rules.h"
#include "shop/orders/order_store.h"
#include "shop/stock/stock_service.h"

namespace vitrine {

// One line as the buyer saw it.
struct WantedLine {
  SkuId sku{};
  int64_t quantity = 0;
  int64_t price_version = 0;
};

// Everything the decision looks at, read in the transaction that will write it.
struct OrderFacts {
  std::vector<Offer> offers{};  // one for each line, in order
  std::vector<Pool> pools{};    // one for each line, in order
  int64_t open_orders = 0;      // of this buyer
  int64_t open_orders_max = 0;
  int64_t units_max = 0;              // of one SKU in one order
  std::vector<HeldCoupon> coupons{};  // the buyer chose
  WallTime now{};
  int64_t tier = 0;  // the buyer's
};

// Why an order was refused, and what the buyer may want to know about it.
struct Refusal {
  Error error;
  std::optional<SkuId> sku{};
  std::optional<int64_t> free{};  // units that could be had
  std::optional<Money> total{};   // what it costs now
};

struct OrderPlan {
  std::vector<OrderLine> lines{};
  std::vector<Demand> demand{};  // merged per SKU, in SKU order
  OrderMoney money{};
  Discount discount{};
};

struct OrderDecision {
  std::optional<Refusal> refusal{};
  OrderPlan plan{};  // when there is none
};

// The lines as coupons see them.
std::vector<PricedLine> priced_lines(const std::vector<WantedLine>& wanted, const std::vector<Offer>& offers);

// In this order: limits, prices not open, offers gone, coupons, price seen against price now, stock. `shown`
// is the total the buyer saw. Refusals: "shop.limit", "shop.price_hidden", "shop.not_on_offer",
// "shop.price_changed", "shop.sold_out", "shop.all_held", and those of discount_of().
OrderDecision decide_order(const std::vector<WantedLine>& wanted, Money shown, const OrderFacts& facts);

}  // namespace vitrine
