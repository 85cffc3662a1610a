#include "shop/coupons/coupon_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/log.h"
#include "shop/catalog/catalog_config.h"

namespace vitrine {
namespace {

constexpr Error kTerms{ErrorKind::invalid_input, "shop.coupon_terms"};
constexpr Error kTimes{ErrorKind::invalid_input, "shop.coupon_times"};
constexpr Error kRoom{ErrorKind::invalid_input, "shop.coupon_room"};
constexpr Error kNoClaim{ErrorKind::not_found, "shop.coupon_claim"};
constexpr size_t kChoiceMax = 100;   // claims looked at for a choice
constexpr size_t kExpireMax = 200;   // claims ended in one round
constexpr size_t kExportPage = 500;  // rows read at once

Result<CouponTerms> terms_of(const CouponDraft& draft, Currency currency) {
  CouponTerms out{.kind = draft.kind, .amount = {0, currency}, .scope = draft.scope};
  const auto good = [&](const std::optional<Money>& money) { return !money || money->currency == currency; };
  if (!good(draft.amount) || !good(draft.cap) || !good(draft.threshold)) return kTerms;
  const bool whole = draft.kind == CouponKind::amount ? draft.amount.has_value() : draft.percent.has_value();
  if (!whole) return kTerms;
  if (draft.kind == CouponKind::amount) out.amount = *draft.amount;
  if (draft.kind == CouponKind::percent) {
    out.percent = *draft.percent;
    if (draft.cap) out.cap = draft.cap->amount;
  }
  if (draft.threshold) out.threshold = draft.threshold->amount;
  if (draft.scope == CouponScope::category && !draft.category) return kTerms;
  if (draft.scope == CouponScope::products && !draft.products) return kTerms;
  if (draft.scope == CouponScope::category) out.category = *draft.category;
  if (draft.scope == CouponScope::products) {
    out.products = *draft.products;
    std::sort(out.products.begin(), out.products.end());
    out.products.erase(std::unique(out.products.begin(), out.products.end()), out.products.end());
  }
  out.stackable = draft.stackable.value_or(false);
  return out;
}

Result<Coupon> build(const CouponDraft& draft, CouponId id, Currency currency, WallTime now) {
  auto terms = terms_of(draft, currency);
  if (!terms) return terms.error();
  Coupon out{.coupon = id,
             .name = draft.name,
             .room = draft.room,
             .live_only = draft.live_only.value_or(false),
             .terms = std::move(*terms),
             .audience = draft.audience.value_or(CouponAudience::everybody),
             .quota = draft.quota,
             .per_buyer = draft.per_buyer,
             .claim_from = {draft.claim_from_ms.value_or(now.ms)},
             .claim_to = {draft.claim_to_ms},
             .created = now};
  if (out.live_only && !out.room) return kRoom;
  if (out.claim_from >= out.claim_to || out.claim_to <= now) return kTimes;
  if (draft.use_to_ms.has_value() == draft.use_within_hours.has_value()) return kTimes;
  if (draft.use_within_hours) out.use_within = std::chrono::hours(*draft.use_within_hours);
  if (draft.use_to_ms) {
    out.use_from = WallTime{draft.use_from_ms.value_or(out.claim_from.ms)};
    out.use_to = WallTime{*draft.use_to_ms};
    if (*out.use_from >= *out.use_to || *out.use_to < out.claim_to) return kTimes;
  }
  return out;
}

Result<CouponView> view_with_stats(Transaction& tx, CouponId id) {
  auto coupon = find_coupon(tx, id);
  if (!coupon) return coupon.error();
  auto stats = stats_of(tx, id);
  if (!stats) return stats.error();
  CouponView view = view_of(*coupon);
  const Currency currency = coupon->terms.amount.currency;
  view.stats = CouponStatsView{stats->waiting,
                               stats->locked,
                               stats->used,
                               stats->expired,
                               {stats->taken_off, currency},
                               {stats->brought, currency}};
  return view;
}

Result<CouponClaimView> view_claim(Transaction& tx, const CouponClaim& claim) {
  auto coupon = find_coupon(tx, claim.coupon);
  if (!coupon) return coupon.error();
  return view_of(claim, *coupon);
}

// Terms by coupon, each read once.
class TermsOf {
 public:
  explicit TermsOf(Transaction& tx) : tx_(tx) {}
  Result<CouponTerms> find(CouponId coupon) {
    const auto known = known_.find(coupon);
    if (known != known_.end()) return known->second;
    auto read = find_coupon(tx_, coupon);
    if (!read) return read.error();
    known_[coupon] = read->terms;
    return read->terms;
  }

 private:
  Transaction& tx_;
  std::map<CouponId, CouponTerms> known_;
};

}  // namespace

CouponView view_of(const Coupon& coupon) {
  const CouponTerms& terms = coupon.terms;
  const Currency currency = terms.amount.currency;
  CouponView view{.coupon = coupon.coupon,
                  .name = coupon.name,
                  .room = coupon.room,
                  .live_only = coupon.live_only,
                  .state = coupon.state,
                  .kind = terms.kind,
                  .threshold = {terms.threshold, currency},
                  .scope = terms.scope,
                  .products = terms.products,
                  .stackable = terms.stackable,
                  .audience = coupon.audience,
                  .quota = coupon.quota,
                  .left = coupon.quota - coupon.claimed,
                  .per_buyer = coupon.per_buyer,
                  .claim_from_ms = coupon.claim_from.ms,
                  .claim_to_ms = coupon.claim_to.ms,
                  .version = coupon.version};
  if (terms.kind == CouponKind::amount) view.amount = terms.amount;
  if (terms.kind == CouponKind::percent) view.percent = terms.percent;
  if (terms.cap) view.cap = Money{*terms.cap, currency};
  if (terms.scope == CouponScope::category) view.category = terms.category;
  if (coupon.use_from) view.use_from_ms = coupon.use_from->ms;
  if (coupon.use_to) view.use_to_ms = coupon.use_to->ms;
  if (coupon.use_within) view.use_within_hours = coupon.use_within->count() / 3'600'000;
  return view;
}

CouponClaimView view_of(const CouponClaim& claim, const Coupon& coupon) {
  return {claim.claim,     claim.state, claim.claimed.ms, claim.use_from.ms,
          claim.use_to.ms, claim.order, view_of(coupon)};
}

bool CouponService::is_live(const Coupon& coupon) const {
  return coupon.room && needs_.media.status(*coupon.room).state != StreamState::idle;
}

Task<Result<Made<CouponId>>> CouponService::create(IdempotencyKey key, CouponDraft draft) {
  const auto currency = Currency::parse(Core::current()->config().get(kShopCurrency)).value_or(Currency{});
  const WallTime now = needs_.clock.wall();
  const auto coupon = build(draft, needs_.ids.next<CouponId>(), currency, now);
  if (!coupon) co_return coupon.error();
  auto work = [key, coupon = *coupon, now](Transaction& tx) -> Result<Made<CouponId>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<CouponId>{CouponId{**effect}, true};
    if (auto put = insert_coupon(tx, coupon); !put) return put.error();
    if (auto told = tell_coupon(tx, coupon, now); !told) return told.error();
    if (auto put = record_effect(tx, key, coupon.coupon.value, now); !put) return put.error();
    return Made<CouponId>{coupon.coupon};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> CouponService::step(CouponId id, CouponState to) {
  auto work = [id, to, now = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto coupon = find_coupon(tx, id);
    if (!coupon) return coupon.error();
    if (coupon->state == to) return {};
    if (auto moved = move_coupon(tx, *coupon, to); !moved) return moved;
    return tell_coupon(tx, *coupon, now);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<CouponView>> CouponService::staff_view(CouponId id) {
  auto work = [id](Transaction& tx) { return view_with_stats(tx, id); };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<CouponPage>> CouponService::staff_list(CouponQuery query) {
  auto work = [query](Transaction& tx) -> Result<CouponPage> {
    auto ids = list_coupons(tx, query);
    if (!ids) return ids.error();
    CouponPage page;
    for (const CouponId id : *ids) {
      auto view = view_with_stats(tx, id);
      if (!view) return view.error();
      page.items.push_back(std::move(*view));
    }
    if (ids->size() == query.limit) page.next = ids->back().str();
    return page;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<std::string>> CouponService::export_claims(CouponId id) {
  std::string out = "claim,buyer,state,claimed_at_ms,use_to_ms,order\r\n";
  ClaimQuery query{.coupon = id, .limit = kExportPage};
  for (size_t rows = 0; rows < kExportRows; rows += kExportPage) {
    auto work = [id, query](Transaction& tx) -> Result<std::vector<CouponClaim>> {
      if (auto known = find_coupon(tx, id); !known) return known.error();
      return list_claims(tx, query);
    };
    const auto claims = co_await needs_.gate.read(std::move(work));
    if (!claims) co_return claims.error();
    for (const CouponClaim& claim : *claims) {
      out += fmt::format("{},{},{},{},{},{}\r\n", claim.claim.str(), claim.buyer.str(),
                         enum_names(claim.state)[static_cast<size_t>(claim.state)], claim.claimed.ms,
                         claim.use_to.ms, claim.order ? claim.order->str() : "");
    }
    if (claims->size() < kExportPage) break;
    query.before = claims->back().claim;
  }
  co_return out;
}

Task<Result<CouponPage>> CouponService::room_list(std::string room, std::optional<AccountId> buyer) {
  auto work = [this, room, buyer, now = needs_.clock.wall()](Transaction& tx) -> Result<CouponPage> {
    const CouponQuery query{.room = room, .claimable_at = now};
    auto ids = list_coupons(tx, query);
    if (!ids) return ids.error();
    CouponPage page;
    for (const CouponId id : *ids) {
      auto coupon = find_coupon(tx, id);
      if (!coupon) return coupon.error();
      if (coupon->live_only && !is_live(*coupon)) continue;
      CouponView view = view_of(*coupon);
      if (buyer) {
        const AccountId whose[] = {*buyer};
        auto mine = claims_of_buyers(tx, id, whose);
        if (!mine) return mine.error();
        view.mine = static_cast<int64_t>(mine->size());
      }
      page.items.push_back(std::move(view));
    }
    return page;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<Made<ClaimId>>> CouponService::claim(CouponId id, AccountId buyer, std::string key) {
  auto look = [id](Transaction& tx) { return find_coupon(tx, id); };
  const auto coupon = co_await needs_.gate.read(std::move(look));
  if (!coupon) co_return coupon.error();
  ClaimItem item({.coupon = id,
                  .buyer = buyer,
                  .key = key,
                  .fresh = needs_.ids.next<ClaimId>(),
                  .live = is_live(*coupon),
                  .now = needs_.clock.wall()});
  const auto claimed = co_await needs_.gate.write_batch(owner_, std::move(item));
  if (claimed) co_return Made<ClaimId>{claimed->claim.claim, claimed->replayed};
  if (claimed.error().kind != ErrorKind::unknown_outcome) co_return claimed.error();
  // The commit's answer was lost (SHOP-RULES 3): the row with the key says whether it happened.
  auto again = [id, buyer, key](Transaction& tx) -> Result<std::vector<KeyedClaim>> {
    const AccountId whose[] = {buyer};
    return claims_of_buyers(tx, id, whose);
  };
  const auto mine = co_await needs_.gate.read(std::move(again));
  if (!mine) co_return claimed.error();
  for (const KeyedClaim& one : *mine) {
    if (one.key == key) co_return Made<ClaimId>{one.claim.claim, true};
  }
  co_return claimed.error();
}

Task<Result<CouponClaimView>> CouponService::own_claim(ClaimId id, AccountId buyer) {
  auto work = [id, buyer](Transaction& tx) -> Result<CouponClaimView> {
    auto claim = find_claim(tx, id);
    if (!claim) return claim.error();
    if (claim->buyer != buyer) return kNoClaim;
    return view_claim(tx, *claim);
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<CouponClaimPage>> CouponService::own_claims(ClaimQuery query) {
  auto work = [query](Transaction& tx) -> Result<CouponClaimPage> {
    auto claims = list_claims(tx, query);
    if (!claims) return claims.error();
    CouponClaimPage page;
    for (const CouponClaim& claim : *claims) {
      auto view = view_claim(tx, claim);
      if (!view) return view.error();
      page.items.push_back(std::move(*view));
    }
    if (claims->size() == query.limit) page.next = claims->back().claim.str();
    return page;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<void> CouponService::expire() {
  auto look = [now = needs_.clock.wall()](Transaction& tx) { return claims_over(tx, now, kExpireMax); };
  const auto over = co_await needs_.gate.read(std::move(look));
  if (!over || over->empty()) co_return;
  auto work = [now = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto claims = claims_over(tx, now, kExpireMax);
    if (!claims) return claims.error();
    for (CouponClaim& claim : *claims) {
      CouponClaim after = claim;
      after.state = ClaimState::expired;
      if (auto moved = move_claim(tx, claim, after, {"time", now}); !moved) return moved;
    }
    return {};
  };
  const auto done = co_await needs_.gate.write(std::move(work));
  if (!done) log_warn("shop.coupons_not_expired", {{"reason", done.error().reason}});
}

Result<std::vector<HeldCoupon>> held_coupons(Transaction& tx, AccountId buyer,
                                             std::span<const ClaimId> claims) {
  std::vector<CouponClaim> found;
  if (claims.empty()) {
    auto all =
        list_claims(tx, {.buyer = buyer, .coupon = {}, .state = ClaimState::claimed, .limit = kChoiceMax});
    if (!all) return all.error();
    found = std::move(*all);
  }
  for (const ClaimId id : claims) {
    auto claim = find_claim(tx, id);
    if (!claim) return claim.error();
    if (claim->buyer != buyer) return kNoClaim;
    found.push_back(*claim);
  }
  TermsOf terms(tx);
  std::vector<HeldCoupon> out;
  for (const CouponClaim& claim : found) {
    auto its = terms.find(claim.coupon);
    if (!its) return its.error();
    out.push_back({claim, std::move(*its)});
  }
  return out;
}

Result<void> lock_coupons(Transaction& tx, OrderId order, std::span<const HeldCoupon> held,
                          const Discount& discount, WallTime at) {
  for (const CouponCut& cut : discount.cuts) {
    const auto found = std::find_if(held.begin(), held.end(),
                                    [&](const HeldCoupon& one) { return one.claim.claim == cut.claim; });
    check(found != held.end(), "a discount is made of the coupons it was given");
    auto coupon = find_coupon(tx, cut.coupon);
    if (!coupon) return coupon.error();
    CouponClaim claim = found->claim;
    CouponClaim locked = claim;
    locked.state = ClaimState::locked;
    locked.order = order;
    if (auto moved = move_claim(tx, claim, locked, {"placed", at}); !moved) return moved;
    const OrderCoupon kept{cut.claim, cut.coupon, coupon->name, cut.amount};
    if (auto put = insert_order_coupon(tx, order, kept); !put) return put;
  }
  return {};
}

Result<void> use_coupons(Transaction& tx, OrderId order, WallTime at) {
  auto claims = claims_of_order(tx, order);
  if (!claims) return claims.error();
  for (CouponClaim& claim : *claims) {
    CouponClaim used = claim;
    used.state = ClaimState::used;
    if (auto moved = move_claim(tx, claim, used, {"paid", at}); !moved) return moved;
  }
  return {};
}

Result<void> free_coupons(Transaction& tx, OrderId order, const ClaimCause& cause) {
  auto claims = claims_of_order(tx, order);
  if (!claims) return claims.error();
  for (CouponClaim& claim : *claims) {
    const LetGo after = let_go(claim, cause.cause == "buyer_cancelled", cause.at);
    CouponClaim freed = claim;
    freed.state = after.state;
    freed.use_to = after.use_to;
    freed.order.reset();
    if (auto moved = move_claim(tx, claim, freed, cause); !moved) return moved;
  }
  return {};
}

}  // namespace vitrine
