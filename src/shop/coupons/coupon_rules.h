// What a coupon is worth, who may claim it and when it may be used; pure.
//
//   a claim:  claimed --> locked --> used
//                 locked --> claimed   its order closed without being paid
//                 locked --> expired   the same, by the buyer, after its time
//                 used   --> claimed   the sale was given back
//                 claimed --> expired  its time ran out
//
// Invariants:
//   1. A step of a claim is a compare-and-set on (state, version) and one coupon_event row.
//   2. A locked or used claim belongs to exactly one order; the others belong to none.
//   3. What a coupon takes off is split over units by largest remainder, ties by position: the parts sum to
//      it exactly and none is more than the unit still costs (SHOP-RULES 19).
//   4. Giving a claim back never reopens the quota.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"

namespace vitrine {

enum class CouponKind : uint8_t { amount, percent };
constexpr std::array<std::string_view, 2> enum_names(CouponKind) {
  return {"amount", "percent"};
}
enum class CouponScope : uint8_t { shop, category, products };
constexpr std::array<std::string_view, 3> enum_names(CouponScope) {
  return {"shop", "category", "products"};
}
enum class CouponAudience : uint8_t { everybody, new_buyers };
constexpr std::array<std::string_view, 2> enum_names(CouponAudience) {
  return {"everybody", "new_buyers"};
}
enum class CouponState : uint8_t { active, paused, ended };
constexpr std::array<std::string_view, 3> enum_names(CouponState) {
  return {"active", "paused", "ended"};
}
enum class ClaimState : uint8_t { claimed, locked, used, expired };
constexpr std::array<std::string_view, 4> enum_names(ClaimState) {
  return {"claimed", "locked", "used", "expired"};
}

bool may_follow(CouponState from, CouponState to);
bool may_follow(ClaimState from, ClaimState to);

// What a coupon takes off and from what.
struct CouponTerms {
  CouponKind kind = CouponKind::amount;
  Money amount{};                // off, for `amount`; its currency is the coupon's for every kind
  int64_t percent = 0;           // 1 to 99 off, for `percent`
  std::optional<int64_t> cap{};  // most that `percent` takes off, in minor units
  int64_t threshold = 0;         // what goods in scope must cost at least, in minor units
  CouponScope scope = CouponScope::shop;
  std::string category{};             // for `category`
  std::vector<ProductId> products{};  // for `products`
  bool stackable = false;             // may be used beside other stackable ones
};

struct Coupon {
  CouponId coupon{};
  std::string name{};
  std::optional<std::string> room{};  // where it is shown
  bool live_only = false;             // claimed only while that room is live
  CouponState state = CouponState::active;
  int64_t version = 1;
  CouponTerms terms{};
  CouponAudience audience = CouponAudience::everybody;
  int64_t quota = 0;      // claims there may ever be
  int64_t claimed = 0;    // claims there are
  int64_t per_buyer = 1;  // claims one buyer may have
  WallTime claim_from{};
  WallTime claim_to{};
  std::optional<WallTime> use_from{};        // absolute window; both or neither
  std::optional<WallTime> use_to{};          //
  std::optional<Milliseconds> use_within{};  // else: so long after the claim
  WallTime created{};
};

struct CouponClaim {
  ClaimId claim{};
  CouponId coupon{};
  AccountId buyer{};
  ClaimState state = ClaimState::claimed;
  int64_t version = 1;
  WallTime claimed{};
  WallTime use_from{};
  WallTime use_to{};               // the first moment it is of no use any more
  std::optional<OrderId> order{};  // of a locked or used one
};

// What else decides a claim.
struct ClaimFacts {
  int64_t had = 0;  // claims this buyer has of it, whatever became of them
  bool bought_before = false;
  bool live = false;  // the coupon's room, now
};
// In this order: "shop.coupon_over" (ended, or its claim time), "shop.coupon_not_started",
// "shop.coupon_paused", "shop.coupon_not_live", "shop.coupon_audience", "shop.coupon_limit",
// "shop.coupon_gone" (the quota).
std::optional<Error> refuse_claim(const Coupon& coupon, const ClaimFacts& facts, WallTime now);

// When a claim made now may be used.
struct UseWindow {
  WallTime from{};
  WallTime to{};
};
UseWindow use_window(const Coupon& coupon, WallTime now);

// A line as coupons see it.
struct PricedLine {
  ProductId product{};
  std::string category{};
  Money unit_price{};
  int64_t quantity = 0;
};

// A claim somebody wants to use with the terms of its coupon.
struct HeldCoupon {
  CouponClaim claim{};
  CouponTerms terms{};
};
// "shop.coupon_used" (locked or used), "shop.coupon_expired", "shop.coupon_not_yet", "shop.coupon_scope"
// (nothing of the order is in scope, or another currency), "shop.coupon_threshold".
std::optional<Error> refuse_use(const HeldCoupon& held, std::span<const PricedLine> lines, WallTime now);

// What chosen coupons take off an order.
struct CouponCut {
  ClaimId claim{};
  CouponId coupon{};
  int64_t amount = 0;
};
struct Discount {
  std::vector<CouponCut> cuts{};  // in the order they were applied; without those that take nothing off
  std::vector<int64_t> lines{};   // off each line
  int64_t total = 0;
};
// Percentages before amounts, then by claim; thresholds look at the goods' own prices. Errors: refuse_use's,
// "shop.coupon_stack" (one that stands alone beside another, or two claims of one coupon).
Result<Discount> discount_of(std::span<const PricedLine> lines, std::vector<HeldCoupon> chosen, WallTime now);

// The usable claims that take off most: one that stands alone, or stackable ones together. On a tie fewer
// claims, then those that end first. Empty when none is of use.
std::vector<ClaimId> best_choice(std::span<const PricedLine> lines, std::span<const HeldCoupon> held,
                                 WallTime now);

// What became of a claim when its order let it go.
struct LetGo {
  ClaimState state = ClaimState::claimed;
  WallTime use_to{};
};
// SHOP-RULES 19: after its time it has expired if the buyer cancelled, else it lives kReturnGrace longer.
LetGo let_go(const CouponClaim& claim, bool by_buyer, WallTime now);
inline constexpr Milliseconds kReturnGrace{24 * 3'600'000};

// What `count` units of a line cost from unit `first` on, when the whole line of `quantity` cost `paid`. Any
// way of cutting a line into pieces sums exactly to it. 0 <= first, first + count <= quantity.
int64_t paid_for_units(int64_t paid, int64_t quantity, int64_t first, int64_t count);

inline constexpr size_t kCouponsPerOrder = 10;

}  // namespace vitrine
