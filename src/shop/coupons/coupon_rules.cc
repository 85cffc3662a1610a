#include "shop/coupons/coupon_rules.h"

#include <algorithm>
#include <numeric>

namespace vitrine {
namespace {

constexpr Error kOver{ErrorKind::conflict, "shop.coupon_over"};
constexpr Error kNotStarted{ErrorKind::conflict, "shop.coupon_not_started"};
constexpr Error kPaused{ErrorKind::conflict, "shop.coupon_paused"};
constexpr Error kNotLive{ErrorKind::conflict, "shop.coupon_not_live"};
constexpr Error kAudience{ErrorKind::conflict, "shop.coupon_audience"};
constexpr Error kLimit{ErrorKind::conflict, "shop.coupon_limit"};
constexpr Error kGone{ErrorKind::conflict, "shop.coupon_gone"};
constexpr Error kUsed{ErrorKind::conflict, "shop.coupon_used"};
constexpr Error kExpired{ErrorKind::conflict, "shop.coupon_expired"};
constexpr Error kNotYet{ErrorKind::conflict, "shop.coupon_not_yet"};
constexpr Error kScope{ErrorKind::conflict, "shop.coupon_scope"};
constexpr Error kThreshold{ErrorKind::conflict, "shop.coupon_threshold"};
constexpr Error kStack{ErrorKind::conflict, "shop.coupon_stack"};

bool in_scope(const CouponTerms& terms, const PricedLine& line) {
  if (line.unit_price.currency != terms.amount.currency) return false;
  switch (terms.scope) {
    case CouponScope::shop:
      return true;
    case CouponScope::category:
      return line.category == terms.category;
    case CouponScope::products:
      return std::find(terms.products.begin(), terms.products.end(), line.product) != terms.products.end();
  }
  return false;
}

int64_t value_in_scope(const CouponTerms& terms, std::span<const PricedLine> lines) {
  int64_t sum = 0;
  for (const PricedLine& line : lines) {
    if (in_scope(terms, line)) sum += line.unit_price.amount * line.quantity;
  }
  return sum;
}

// What each unit of an order still costs while coupons are applied one after another.
class Units {
 public:
  explicit Units(std::span<const PricedLine> lines) : lines_(lines) {
    for (size_t at = 0; at < lines.size(); ++at) {
      for (int64_t unit = 0; unit < lines[at].quantity; ++unit) {
        line_.push_back(at);
        cost_.push_back(lines[at].unit_price.amount);
      }
    }
  }

  // Takes off what the terms say; the amount.
  int64_t apply(const CouponTerms& terms) {
    std::vector<int64_t> weights(cost_.size(), 0);
    for (size_t unit = 0; unit < cost_.size(); ++unit) {
      if (in_scope(terms, lines_[line_[unit]])) weights[unit] = cost_[unit];
    }
    const int64_t base = std::accumulate(weights.begin(), weights.end(), int64_t{0});
    const int64_t off = std::min(base, worth(terms, base));
    if (off == 0) return 0;
    const auto parts = split_by_largest_remainder(off, weights);
    for (size_t unit = 0; unit < cost_.size(); ++unit) cost_[unit] -= parts[unit];
    return off;
  }

  std::vector<int64_t> off_lines() const {
    std::vector<int64_t> out;
    for (const PricedLine& line : lines_) out.push_back(line.unit_price.amount * line.quantity);
    for (size_t unit = 0; unit < cost_.size(); ++unit) out[line_[unit]] -= cost_[unit];
    return out;
  }

 private:
  // Fractions of a minor unit are given to the shop.
  static int64_t worth(const CouponTerms& terms, int64_t base) {
    if (terms.kind == CouponKind::amount) return terms.amount.amount;
    const int64_t off = base / 100 * terms.percent + base % 100 * terms.percent / 100;
    return terms.cap ? std::min(off, *terms.cap) : off;
  }

  std::span<const PricedLine> lines_;
  std::vector<size_t> line_;   // of each unit
  std::vector<int64_t> cost_;  // of each unit
};

bool may_stack(const std::vector<HeldCoupon>& chosen) {
  for (size_t at = 0; at < chosen.size(); ++at) {
    if (!chosen[at].terms.stackable) return false;
    for (size_t other = at + 1; other < chosen.size(); ++other) {
      if (chosen[at].claim.coupon == chosen[other].claim.coupon) return false;
    }
  }
  return chosen.size() <= kCouponsPerOrder;
}

struct Choice {
  std::vector<ClaimId> claims{};
  int64_t total = 0;
  WallTime ends{INT64_MAX};  // of the claim that ends first
};
bool is_better(const Choice& a, const Choice& b) {
  if (a.total != b.total) return a.total > b.total;
  if (a.claims.size() != b.claims.size()) return a.claims.size() < b.claims.size();
  return a.ends < b.ends;
}

Choice try_choice(std::span<const PricedLine> lines, const std::vector<HeldCoupon>& chosen, WallTime now) {
  const auto discount = discount_of(lines, chosen, now);
  Choice out;
  if (!discount) return out;
  for (const CouponCut& cut : discount->cuts) out.claims.push_back(cut.claim);
  out.total = discount->total;
  for (const HeldCoupon& held : chosen) out.ends = std::min(out.ends, held.claim.use_to);
  return out;
}

}  // namespace

bool may_follow(CouponState from, CouponState to) {
  if (from == CouponState::ended) return false;
  return from != to;
}

bool may_follow(ClaimState from, ClaimState to) {
  switch (from) {
    case ClaimState::claimed:
      return to == ClaimState::locked || to == ClaimState::expired;
    case ClaimState::locked:
      return to == ClaimState::used || to == ClaimState::claimed || to == ClaimState::expired;
    case ClaimState::used:
      return to == ClaimState::claimed;
    case ClaimState::expired:
      break;
  }
  return false;
}

std::optional<Error> refuse_claim(const Coupon& coupon, const ClaimFacts& facts, WallTime now) {
  if (coupon.state == CouponState::ended || now >= coupon.claim_to) return kOver;
  if (now < coupon.claim_from) return kNotStarted;
  if (coupon.state == CouponState::paused) return kPaused;
  if (coupon.live_only && !facts.live) return kNotLive;
  if (coupon.audience == CouponAudience::new_buyers && facts.bought_before) return kAudience;
  if (facts.had >= coupon.per_buyer) return kLimit;
  if (coupon.claimed >= coupon.quota) return kGone;
  return std::nullopt;
}

UseWindow use_window(const Coupon& coupon, WallTime now) {
  if (coupon.use_within) return {now, now + *coupon.use_within};
  return {coupon.use_from.value_or(now), coupon.use_to.value_or(coupon.claim_to)};
}

std::optional<Error> refuse_use(const HeldCoupon& held, std::span<const PricedLine> lines, WallTime now) {
  if (held.claim.state == ClaimState::expired) return kExpired;
  if (held.claim.state != ClaimState::claimed) return kUsed;
  if (now >= held.claim.use_to) return kExpired;
  if (now < held.claim.use_from) return kNotYet;
  const int64_t value = value_in_scope(held.terms, lines);
  if (value == 0) return kScope;
  if (value < held.terms.threshold) return kThreshold;
  return std::nullopt;
}

Result<Discount> discount_of(std::span<const PricedLine> lines, std::vector<HeldCoupon> chosen,
                             WallTime now) {
  for (const HeldCoupon& held : chosen) {
    if (const auto refusal = refuse_use(held, lines, now)) return *refusal;
  }
  if (chosen.size() > 1 && !may_stack(chosen)) return kStack;
  std::sort(chosen.begin(), chosen.end(), [](const HeldCoupon& a, const HeldCoupon& b) {
    if (a.terms.kind != b.terms.kind) return a.terms.kind == CouponKind::percent;
    return a.claim.claim < b.claim.claim;
  });
  Units units(lines);
  Discount out;
  for (const HeldCoupon& held : chosen) {
    const int64_t off = units.apply(held.terms);
    if (off == 0) continue;
    out.cuts.push_back({held.claim.claim, held.claim.coupon, off});
    out.total += off;
  }
  out.lines = units.off_lines();
  return out;
}

std::vector<ClaimId> best_choice(std::span<const PricedLine> lines, std::span<const HeldCoupon> held,
                                 WallTime now) {
  Choice best;
  std::vector<HeldCoupon> together;
  for (const HeldCoupon& one : held) {
    if (refuse_use(one, lines, now)) continue;
    const Choice alone = try_choice(lines, {one}, now);
    if (is_better(alone, best)) best = alone;
    const bool another_of_it = std::any_of(together.begin(), together.end(), [&](const HeldCoupon& other) {
      return other.claim.coupon == one.claim.coupon;
    });
    if (one.terms.stackable && !another_of_it && together.size() < kCouponsPerOrder) together.push_back(one);
  }
  if (together.size() > 1) {
    const Choice all = try_choice(lines, together, now);
    if (is_better(all, best)) best = all;
  }
  return best.total > 0 ? best.claims : std::vector<ClaimId>{};
}

LetGo let_go(const CouponClaim& claim, bool by_buyer, WallTime now) {
  if (now < claim.use_to) return {ClaimState::claimed, claim.use_to};
  if (by_buyer && claim.state == ClaimState::locked) return {ClaimState::expired, claim.use_to};
  return {ClaimState::claimed, now + kReturnGrace};
}

int64_t paid_for_units(int64_t paid, int64_t quantity, int64_t first, int64_t count) {
  const int64_t each = paid / quantity;
  const int64_t dearer = paid % quantity;  // so many units, the first ones, cost one minor unit more
  const int64_t end = first + count;
  return each * count + std::min(end, dearer) - std::min(first, dearer);
}

}  // namespace vitrine
