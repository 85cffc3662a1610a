#include "shop/checkout/checkout_rules.h"

#include <map>

namespace vitrine {
namespace {

constexpr Error kLimit{ErrorKind::conflict, "shop.limit"};
constexpr Error kGone{ErrorKind::conflict, "shop.not_on_offer"};
constexpr Error kPriceChanged{ErrorKind::conflict, "shop.price_changed"};

// Units per SKU and its pool: two lines of one SKU are one demand.
struct Merged {
  int64_t quantity = 0;
  const Pool* pool = nullptr;
  const Offer* offer = nullptr;
};
using MergedBySku = std::map<SkuId, Merged>;

MergedBySku merge(const std::vector<WantedLine>& wanted, const OrderFacts& facts) {
  MergedBySku out;
  for (size_t at = 0; at < wanted.size(); ++at) {
    Merged& merged = out[wanted[at].sku];
    merged.quantity += wanted[at].quantity;
    merged.pool = &facts.pools[at];
    merged.offer = &facts.offers[at];
  }
  return out;
}

std::optional<Refusal> check_limits(const MergedBySku& merged, const OrderFacts& facts) {
  if (facts.open_orders >= facts.open_orders_max)
    return Refusal{.error = kLimit, .sku = {}, .free = {}, .total = {}};
  for (const auto& [sku, demand] : merged) {
    if (demand.quantity > facts.units_max)
      return Refusal{.error = kLimit, .sku = sku, .free = {}, .total = {}};
    if (demand.offer->price_hidden)
      return Refusal{.error = kPriceHidden, .sku = sku, .free = {}, .total = {}};
    if (!demand.offer->on_offer) return Refusal{.error = kGone, .sku = sku, .free = {}, .total = {}};
  }
  return std::nullopt;
}

std::optional<Refusal> check_stock(const MergedBySku& merged) {
  for (const auto& [sku, demand] : merged) {
    if (const auto why = hold_refusal(*demand.pool, demand.quantity)) {
      return Refusal{.error = *why, .sku = sku, .free = demand.pool->free, .total = {}};
    }
  }
  return std::nullopt;
}

Result<OrderPlan> price(const std::vector<WantedLine>& wanted, const OrderFacts& facts) {
  OrderPlan plan;
  const Currency currency = facts.offers.front().price.currency;
  plan.money = {{0, currency}, {0, currency}, {0, currency}, {0, currency}};
  for (size_t at = 0; at < wanted.size(); ++at) {
    const Offer& offer = facts.offers[at];
    auto subtotal = multiply(offer.price, wanted[at].quantity);
    if (!subtotal) return subtotal.error();
    auto items = add(plan.money.items, *subtotal);
    if (!items) return items.error();
    plan.money.items = *items;
    plan.lines.push_back(
        {.sku = offer.sku,
         .product = offer.product,
         .name = offer.product_name,
         .variant = offer.variant_name,
         .picture = offer.picture ? std::optional(picture_url(*offer.picture)) : std::nullopt,
         .unit_price = offer.price,
         .price_version = offer.price_version,
         .quantity = wanted[at].quantity,
         .subtotal = *subtotal,
         .needs_shipping = offer.needs_shipping,
         .price_kind = static_cast<int64_t>(offer.price_kind),
         .price_label = offer.price_label});
  }
  auto discount = discount_of(priced_lines(wanted, facts.offers), facts.coupons, facts.now);
  if (!discount) return discount.error();
  plan.discount = std::move(*discount);
  for (size_t at = 0; at < plan.lines.size(); ++at) plan.lines[at].discount = plan.discount.lines[at];
  plan.money.discount.amount = plan.discount.total;
  auto total = subtract(plan.money.items, plan.money.discount);
  if (!total) return total.error();
  plan.money.total = *total;
  return plan;
}

bool saw_these_prices(const std::vector<WantedLine>& wanted, const OrderFacts& facts) {
  for (size_t at = 0; at < wanted.size(); ++at) {
    if (wanted[at].price_version != facts.offers[at].price_version) return false;
  }
  return true;
}

}  // namespace

std::vector<PricedLine> priced_lines(const std::vector<WantedLine>& wanted,
                                     const std::vector<Offer>& offers) {
  std::vector<PricedLine> out;
  for (size_t at = 0; at < wanted.size(); ++at) {
    out.push_back({offers[at].product, offers[at].category, offers[at].price, wanted[at].quantity});
  }
  return out;
}

OrderDecision decide_order(const std::vector<WantedLine>& wanted, Money shown, const OrderFacts& facts) {
  const MergedBySku merged = merge(wanted, facts);
  if (auto refusal = check_limits(merged, facts)) return {refusal, {}};
  auto plan = price(wanted, facts);
  if (!plan) return {Refusal{.error = plan.error(), .sku = {}, .free = {}, .total = {}}, {}};
  if (!saw_these_prices(wanted, facts) || plan->money.total != shown) {
    return {Refusal{.error = kPriceChanged, .sku = {}, .free = {}, .total = plan->money.total}, {}};
  }
  if (auto refusal = check_stock(merged)) return {refusal, {}};
  for (const auto& [sku, demand] : merged) {
    plan->demand.push_back({sku, demand.quantity, demand.offer->price});
  }
  return {std::nullopt, std::move(*plan)};
}

}  // namespace vitrine
