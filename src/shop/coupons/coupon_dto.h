// What coupons take and answer over HTTP.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"
#include "shop/coupons/coupon_rules.h"

namespace vitrine {

inline constexpr int64_t kCouponMoneyMax = 100'000'000'00;

struct CouponDraft {
  std::string name{};
  std::optional<std::string> room{};
  std::optional<bool> live_only{};
  CouponKind kind = CouponKind::amount;
  std::optional<Money> amount{};
  std::optional<int64_t> percent{};
  std::optional<Money> cap{};
  std::optional<Money> threshold{};
  CouponScope scope = CouponScope::shop;
  std::optional<std::string> category{};
  std::optional<std::vector<ProductId>> products{};
  std::optional<bool> stackable{};
  std::optional<CouponAudience> audience{};
  int64_t quota = 0;
  int64_t per_buyer = 1;
  std::optional<int64_t> claim_from_ms{};
  int64_t claim_to_ms = 0;
  std::optional<int64_t> use_from_ms{};
  std::optional<int64_t> use_to_ms{};
  std::optional<int64_t> use_within_hours{};
  static constexpr std::string_view schema_name = "CouponDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("name", &CouponDraft::name, {.min = 1, .max = 40}),
        field("room", &CouponDraft::room, {.help = "Where it is shown", .max = 64}),
        field("live_only", &CouponDraft::live_only, {.help = "Claimed only while that room is live"}),
        field("kind", &CouponDraft::kind),
        field("amount", &CouponDraft::amount, {.help = "For amount", .min = 1, .max = kCouponMoneyMax}),
        field("percent", &CouponDraft::percent, {.help = "Percent off", .min = 1, .max = 99}),
        field("cap", &CouponDraft::cap,
              {.help = "Most that percent takes off", .min = 1, .max = kCouponMoneyMax}),
        field("threshold", &CouponDraft::threshold,
              {.help = "What goods in scope must cost", .min = 0, .max = kCouponMoneyMax}),
        field("scope", &CouponDraft::scope),
        field("category", &CouponDraft::category, {.help = "For scope category", .min = 1, .max = 40}),
        field("products", &CouponDraft::products, {.help = "For scope products", .min = 1, .max = 50}),
        field("stackable", &CouponDraft::stackable, {.help = "May be used beside other stackable ones"}),
        field("audience", &CouponDraft::audience),
        field("quota", &CouponDraft::quota,
              {.help = "Claims there may ever be", .min = 1, .max = 100'000'000}),
        field("per_buyer", &CouponDraft::per_buyer, {.min = 1, .max = 100}),
        field("claim_from_ms", &CouponDraft::claim_from_ms, {.help = "Without it: now"}),
        field("claim_to_ms", &CouponDraft::claim_to_ms),
        field("use_from_ms", &CouponDraft::use_from_ms, {.help = "Without it: from the claim on"}),
        field("use_to_ms", &CouponDraft::use_to_ms, {.help = "Either this or use_within_hours"}),
        field("use_within_hours", &CouponDraft::use_within_hours,
              {.help = "So long after the claim", .min = 1, .max = 24 * 366})};
  }
};

struct CouponStatsView {
  int64_t waiting = 0;
  int64_t locked = 0;
  int64_t used = 0;
  int64_t expired = 0;
  Money taken_off{};
  Money brought{};
  static constexpr std::string_view schema_name = "CouponStats";
  static constexpr auto fields() {
    return std::tuple{field("waiting", &CouponStatsView::waiting, {.help = "Claimed, not yet used"}),
                      field("locked", &CouponStatsView::locked, {.help = "In orders that wait for payment"}),
                      field("used", &CouponStatsView::used),
                      field("expired", &CouponStatsView::expired),
                      field("taken_off", &CouponStatsView::taken_off, {.help = "By used ones"}),
                      field("brought", &CouponStatsView::brought, {.help = "What their orders cost"})};
  }
};

struct CouponView {
  CouponId coupon{};
  std::string name{};
  std::optional<std::string> room{};
  bool live_only = false;
  CouponState state = CouponState::active;
  CouponKind kind = CouponKind::amount;
  std::optional<Money> amount{};
  std::optional<int64_t> percent{};
  std::optional<Money> cap{};
  Money threshold{};
  CouponScope scope = CouponScope::shop;
  std::optional<std::string> category{};
  std::vector<ProductId> products{};
  bool stackable = false;
  CouponAudience audience = CouponAudience::everybody;
  int64_t quota = 0;
  int64_t left = 0;
  int64_t per_buyer = 1;
  int64_t claim_from_ms = 0;
  int64_t claim_to_ms = 0;
  std::optional<int64_t> use_from_ms{};
  std::optional<int64_t> use_to_ms{};
  std::optional<int64_t> use_within_hours{};
  int64_t version = 1;
  std::optional<int64_t> mine{};
  std::optional<CouponStatsView> stats{};
  static constexpr std::string_view schema_name = "Coupon";
  static constexpr auto fields() {
    return std::tuple{
        field("coupon", &CouponView::coupon),
        field("name", &CouponView::name),
        field("room", &CouponView::room),
        field("live_only", &CouponView::live_only),
        field("state", &CouponView::state),
        field("kind", &CouponView::kind),
        field("amount", &CouponView::amount),
        field("percent", &CouponView::percent),
        field("cap", &CouponView::cap),
        field("threshold", &CouponView::threshold),
        field("scope", &CouponView::scope),
        field("category", &CouponView::category),
        field("products", &CouponView::products),
        field("stackable", &CouponView::stackable),
        field("audience", &CouponView::audience),
        field("quota", &CouponView::quota),
        field("left", &CouponView::left, {.help = "Claims still to be had"}),
        field("per_buyer", &CouponView::per_buyer),
        field("claim_from_ms", &CouponView::claim_from_ms),
        field("claim_to_ms", &CouponView::claim_to_ms),
        field("use_from_ms", &CouponView::use_from_ms),
        field("use_to_ms", &CouponView::use_to_ms),
        field("use_within_hours", &CouponView::use_within_hours),
        field("version", &CouponView::version),
        field("mine", &CouponView::mine, {.help = "Claims the asking buyer has; null for guests"}),
        field("stats", &CouponView::stats, {.help = "Staff only"})};
  }
};

struct CouponPage {
  std::vector<CouponView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "CouponPage";
  static constexpr auto fields() {
    return std::tuple{field("items", &CouponPage::items), field("next", &CouponPage::next)};
  }
};

struct CouponClaimView {
  ClaimId claim{};
  ClaimState state = ClaimState::claimed;
  int64_t claimed_at_ms = 0;
  int64_t use_from_ms = 0;
  int64_t use_to_ms = 0;
  std::optional<OrderId> order{};
  CouponView coupon{};
  static constexpr std::string_view schema_name = "CouponClaim";
  static constexpr auto fields() {
    return std::tuple{field("claim", &CouponClaimView::claim),
                      field("state", &CouponClaimView::state),
                      field("claimed_at_ms", &CouponClaimView::claimed_at_ms),
                      field("use_from_ms", &CouponClaimView::use_from_ms),
                      field("use_to_ms", &CouponClaimView::use_to_ms),
                      field("order", &CouponClaimView::order, {.help = "That locked or used it"}),
                      field("coupon", &CouponClaimView::coupon)};
  }
};

struct CouponClaimPage {
  std::vector<CouponClaimView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "CouponClaimPage";
  static constexpr auto fields() {
    return std::tuple{field("items", &CouponClaimPage::items), field("next", &CouponClaimPage::next)};
  }
};

CouponView view_of(const Coupon& coupon);
CouponClaimView view_of(const CouponClaim& claim, const Coupon& coupon);

}  // namespace vitrine
