// What checkout takes and answers over HTTP: orders and payments.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"
#include "shop/catalog/price_rules.h"
#include "shop/coupons/coupon_dto.h"
#include "shop/orders/package_rules.h"

namespace vitrine {

struct OrderLineDraft {
  SkuId sku{};
  int64_t quantity = 0;
  int64_t price_version = 0;
  static constexpr std::string_view schema_name = "OrderLineDraft";
  static constexpr auto fields() {
    return std::tuple{field("sku", &OrderLineDraft::sku),
                      field("quantity", &OrderLineDraft::quantity, {.min = 1, .max = 999}),
                      field("price_version", &OrderLineDraft::price_version, {.help = "As shown", .min = 1})};
  }
};

struct OrderDraft {
  std::optional<std::string> room{};
  std::vector<OrderLineDraft> lines{};
  Money total{};
  std::optional<AddressId> address{};
  std::optional<bool> from_cart{};
  std::optional<std::vector<ClaimId>> coupons{};
  static constexpr std::string_view schema_name = "OrderDraft";
  static constexpr auto fields() {
    return std::tuple{field("room", &OrderDraft::room, {.max = 64}),
                      field("lines", &OrderDraft::lines, {.min = 1, .max = 50}),
                      field("total", &OrderDraft::total, {.help = "As shown to the buyer"}),
                      field("address", &OrderDraft::address),
                      field("from_cart", &OrderDraft::from_cart, {.help = "Take the lines out of the cart"}),
                      field("coupons", &OrderDraft::coupons, {.help = "Claims to use", .max = 10})};
  }
};

struct QuoteDraft {
  std::vector<OrderLineDraft> lines{};
  std::optional<std::vector<ClaimId>> coupons{};
  static constexpr std::string_view schema_name = "QuoteDraft";
  static constexpr auto fields() {
    return std::tuple{field("lines", &QuoteDraft::lines, {.min = 1, .max = 50}),
                      field("coupons", &QuoteDraft::coupons,
                            {.help = "Claims to use; without it those that take off most", .max = 10})};
  }
};

// A claim as a choice for these lines.
struct QuoteCoupon {
  CouponClaimView claim{};
  bool chosen = false;
  std::optional<std::string> refusal{};
  Money alone{};
  static constexpr std::string_view schema_name = "QuoteCoupon";
  static constexpr auto fields() {
    return std::tuple{
        field("claim", &QuoteCoupon::claim), field("chosen", &QuoteCoupon::chosen),
        field("refusal", &QuoteCoupon::refusal, {.help = "Why it is of no use here; a problem's slug"}),
        field("alone", &QuoteCoupon::alone, {.help = "What it takes off alone"})};
  }
};

struct QuoteView {
  Money items{};
  Money discount{};
  Money total{};
  std::vector<QuoteCoupon> coupons{};
  std::optional<std::string> refusal{};
  static constexpr std::string_view schema_name = "Quote";
  static constexpr auto fields() {
    return std::tuple{
        field("items", &QuoteView::items), field("discount", &QuoteView::discount),
        field("total", &QuoteView::total),
        field("coupons", &QuoteView::coupons, {.help = "The buyer's unused claims", .max = 100}),
        field("refusal", &QuoteView::refusal,
              {.help = "Why the named ones cannot be used together; then nothing is taken off"})};
  }
};

struct OrderCouponView {
  ClaimId claim{};
  CouponId coupon{};
  std::string name{};
  Money amount{};
  static constexpr std::string_view schema_name = "OrderCoupon";
  static constexpr auto fields() {
    return std::tuple{field("claim", &OrderCouponView::claim), field("coupon", &OrderCouponView::coupon),
                      field("name", &OrderCouponView::name), field("amount", &OrderCouponView::amount)};
  }
};

struct OrderLineView {
  SkuId sku{};
  ProductId product{};
  std::string name{};
  std::string variant{};
  std::optional<std::string> picture{};
  Money unit_price{};
  int64_t quantity = 0;
  Money subtotal{};
  Money discount{};
  int64_t left_to_ship = 0;
  PriceKind price_kind = PriceKind::base;
  std::string price_label{};
  static constexpr std::string_view schema_name = "OrderLine";
  static constexpr auto fields() {
    return std::tuple{field("sku", &OrderLineView::sku),
                      field("product", &OrderLineView::product),
                      field("name", &OrderLineView::name),
                      field("variant", &OrderLineView::variant),
                      field("picture", &OrderLineView::picture),
                      field("unit_price", &OrderLineView::unit_price),
                      field("quantity", &OrderLineView::quantity),
                      field("subtotal", &OrderLineView::subtotal),
                      field("discount", &OrderLineView::discount, {.help = "Of the subtotal, by coupons"}),
                      field("left_to_ship", &OrderLineView::left_to_ship,
                            {.help = "Units to send that are in no package yet"}),
                      field("price_kind", &OrderLineView::price_kind, {.help = "Which price applied"}),
                      field("price_label", &OrderLineView::price_label, {.help = "Of an activity price"})};
  }
};

struct OrderAddressView {
  std::string name{};
  std::string phone_masked{};
  std::optional<std::string> phone{};
  std::string region{};
  std::string line{};
  static constexpr std::string_view schema_name = "OrderAddress";
  static constexpr auto fields() {
    return std::tuple{field("name", &OrderAddressView::name),
                      field("phone_masked", &OrderAddressView::phone_masked),
                      field("phone", &OrderAddressView::phone, {.help = "Only with the right personal.read"}),
                      field("region", &OrderAddressView::region), field("line", &OrderAddressView::line)};
  }
};

struct OrderPaymentView {
  PaymentId payment{};
  std::string provider{};
  std::string state{};
  Money amount{};
  std::optional<std::string> cashier_url{};
  static constexpr std::string_view schema_name = "OrderPayment";
  static constexpr auto fields() {
    return std::tuple{
        field("payment", &OrderPaymentView::payment), field("provider", &OrderPaymentView::provider),
        field("state", &OrderPaymentView::state,
              {.help = "created, prepaid, paying, unknown, succeeded, closed, failed, refunding, refunded"}),
        field("amount", &OrderPaymentView::amount),
        field("cashier_url", &OrderPaymentView::cashier_url, {.help = "While it can be paid there"})};
  }
};

struct PackageLineDto {
  int64_t line = 0;
  int64_t quantity = 0;
  static constexpr std::string_view schema_name = "PackageLine";
  static constexpr auto fields() {
    return std::tuple{field("line", &PackageLineDto::line,
                            {.help = "Position among the order's lines, from 0", .min = 0, .max = 49}),
                      field("quantity", &PackageLineDto::quantity, {.min = 1, .max = 999})};
  }
};

struct TrackPointView {
  TrackState state = TrackState::in_transit;
  std::string text{};
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "TrackPoint";
  static constexpr auto fields() {
    return std::tuple{field("state", &TrackPointView::state), field("text", &TrackPointView::text),
                      field("at_ms", &TrackPointView::at_ms)};
  }
};

struct PackageView {
  int64_t package = 1;
  std::string carrier{};
  std::string tracking{};
  int64_t at_ms = 0;
  std::vector<PackageLineDto> lines{};
  std::vector<TrackPointView> track{};
  static constexpr std::string_view schema_name = "Package";
  static constexpr auto fields() {
    return std::tuple{field("package", &PackageView::package, {.help = "Counted in its order, from 1"}),
                      field("carrier", &PackageView::carrier),
                      field("tracking", &PackageView::tracking),
                      field("at_ms", &PackageView::at_ms, {.help = "When it was sent"}),
                      field("lines", &PackageView::lines),
                      field("track", &PackageView::track, {.help = "Oldest first"})};
  }
};

struct OrderView {
  OrderId order{};
  std::string state{};
  std::optional<std::string> room{};
  std::string buyer{};  // masked
  std::vector<OrderLineView> lines{};
  Money total{};
  Money discount{};
  Money shipping{};
  std::optional<OrderAddressView> address{};
  int64_t created_at_ms = 0;
  std::optional<int64_t> pay_by_ms{};
  std::optional<int64_t> paid_at_ms{};
  std::vector<OrderPaymentView> payments{};
  std::vector<PackageView> packages{};
  bool test = false;
  bool needs_shipping = true;
  std::optional<std::string> close_reason{};
  std::optional<std::string> note{};
  std::optional<FlashSaleId> flash_sale{};
  std::vector<OrderCouponView> coupons{};
  static constexpr std::string_view schema_name = "Order";
  static constexpr auto fields() {
    return std::tuple{field("order", &OrderView::order),
                      field("state", &OrderView::state),
                      field("room", &OrderView::room),
                      field("buyer", &OrderView::buyer, {.help = "Masked"}),
                      field("lines", &OrderView::lines),
                      field("total", &OrderView::total),
                      field("discount", &OrderView::discount),
                      field("shipping", &OrderView::shipping),
                      field("address", &OrderView::address),
                      field("created_at_ms", &OrderView::created_at_ms),
                      field("pay_by_ms", &OrderView::pay_by_ms, {.help = "While it waits for payment"}),
                      field("paid_at_ms", &OrderView::paid_at_ms),
                      field("payments", &OrderView::payments),
                      field("packages", &OrderView::packages, {.help = "In the order they were sent"}),
                      field("test", &OrderView::test, {.help = "Paid with play money"}),
                      field("needs_shipping", &OrderView::needs_shipping,
                            {.help = "false: tickets and the like, which need no address"}),
                      field("close_reason", &OrderView::close_reason),
                      field("note", &OrderView::note, {.help = "Staff only"}),
                      field("flash_sale", &OrderView::flash_sale, {.help = "It was grabbed there"}),
                      field("coupons", &OrderView::coupons, {.help = "What took something off"})};
  }
};

struct OrderPage {
  std::vector<OrderView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "OrderPage";
  static constexpr auto fields() {
    return std::tuple{field("items", &OrderPage::items), field("next", &OrderPage::next)};
  }
};

struct AddressChoice {
  AddressId address{};
  static constexpr std::string_view schema_name = "AddressChoice";
  static constexpr auto fields() { return std::tuple{field("address", &AddressChoice::address)}; }
};

struct PaymentDraft {
  std::string provider{};
  static constexpr std::string_view schema_name = "PaymentDraft";
  static constexpr auto fields() {
    return std::tuple{field("provider", &PaymentDraft::provider, {.min = 1, .max = 32})};
  }
};

struct PaymentView {
  PaymentId payment{};
  std::string provider{};
  std::string state{};
  std::optional<std::string> cashier_url{};
  std::optional<std::string> instructions{};
  static constexpr std::string_view schema_name = "Payment";
  static constexpr auto fields() {
    return std::tuple{field("payment", &PaymentView::payment), field("provider", &PaymentView::provider),
                      field("state", &PaymentView::state), field("cashier_url", &PaymentView::cashier_url),
                      field("instructions", &PaymentView::instructions)};
  }
};

struct ProviderView {
  std::string provider{};
  std::string title{};
  static constexpr std::string_view schema_name = "PaymentProvider";
  static constexpr auto fields() {
    return std::tuple{field("provider", &ProviderView::provider), field("title", &ProviderView::title)};
  }
};
struct ProviderList {
  std::vector<ProviderView> items{};
  static constexpr std::string_view schema_name = "PaymentProviderList";
  static constexpr auto fields() { return std::tuple{field("items", &ProviderList::items)}; }
};

struct BillDifferenceView {
  std::string kind{};
  PaymentId payment{};
  std::optional<RefundId> refund{};
  Money theirs{};
  Money ours{};
  static constexpr std::string_view schema_name = "BillDifference";
  static constexpr auto fields() {
    return std::tuple{field("kind", &BillDifferenceView::kind, {.help = "only_theirs, only_ours or amount"}),
                      field("payment", &BillDifferenceView::payment),
                      field("refund", &BillDifferenceView::refund, {.help = "Without it a payment"}),
                      field("theirs", &BillDifferenceView::theirs), field("ours", &BillDifferenceView::ours)};
  }
};
struct BillCheckView {
  std::string provider{};
  int64_t day_ms = 0;
  int64_t checked_at_ms = 0;
  int64_t bill_lines = 0;
  int64_t our_lines = 0;
  std::vector<BillDifferenceView> differences{};
  static constexpr std::string_view schema_name = "BillCheck";
  static constexpr auto fields() {
    return std::tuple{field("provider", &BillCheckView::provider),
                      field("day_ms", &BillCheckView::day_ms, {.help = "Its first moment, UTC"}),
                      field("checked_at_ms", &BillCheckView::checked_at_ms),
                      field("bill_lines", &BillCheckView::bill_lines),
                      field("our_lines", &BillCheckView::our_lines),
                      field("differences", &BillCheckView::differences, {.max = 500})};
  }
};
struct BillCheckList {
  std::vector<BillCheckView> items{};
  static constexpr std::string_view schema_name = "BillCheckList";
  static constexpr auto fields() { return std::tuple{field("items", &BillCheckList::items)}; }
};
struct BillDraft {
  std::string provider{};
  int64_t day_ms = 0;
  static constexpr std::string_view schema_name = "BillDraft";
  static constexpr auto fields() {
    return std::tuple{field("provider", &BillDraft::provider, {.min = 1, .max = 32}),
                      field("day_ms", &BillDraft::day_ms, {.help = "Any moment of the day, UTC", .min = 0})};
  }
};

struct ShipDraft {
  std::string carrier{};
  std::string tracking{};
  std::optional<std::vector<PackageLineDto>> lines{};
  static constexpr std::string_view schema_name = "ShipDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("carrier", &ShipDraft::carrier, {.min = 1, .max = 40}),
        field("tracking", &ShipDraft::tracking, {.min = 1, .max = 64}),
        field("lines", &ShipDraft::lines,
              {.help = "What the package holds; left out: everything that is left", .min = 1, .max = 50})};
  }
};

struct PackageChange {
  std::string carrier{};
  std::string tracking{};
  static constexpr std::string_view schema_name = "PackageChange";
  static constexpr auto fields() {
    return std::tuple{field("carrier", &PackageChange::carrier, {.min = 1, .max = 40}),
                      field("tracking", &PackageChange::tracking, {.min = 1, .max = 64})};
  }
};

struct TrackDraft {
  TrackState state = TrackState::in_transit;
  std::string text{};
  std::optional<int64_t> at_ms{};
  static constexpr std::string_view schema_name = "TrackDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("state", &TrackDraft::state),
        field("text", &TrackDraft::text, {.help = "What the buyer reads", .max = 200}),
        field("at_ms", &TrackDraft::at_ms, {.help = "When it happened; now if left out", .min = 0})};
  }
};

struct NoteDraft {
  std::string note{};
  static constexpr std::string_view schema_name = "NoteDraft";
  static constexpr auto fields() { return std::tuple{field("note", &NoteDraft::note, {.max = 500})}; }
};

}  // namespace vitrine
