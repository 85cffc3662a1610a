#include "shop/coupons/coupon_owner.h"

#include <algorithm>
#include <map>

#include "contract/events.h"
#include "shop/gate/gate.h"
#include "shop/orders/order_store.h"

namespace vitrine {
namespace {

// What the buyers of one batch have of one coupon: read first, then brought forward by each decision.
class Had {
 public:
  static Result<Had> read(Transaction& tx, const Coupon& coupon, const std::vector<ClaimItem*>& items) {
    Had out;
    std::vector<AccountId> buyers;
    for (const ClaimItem* item : items) buyers.push_back(item->request.buyer);
    std::sort(buyers.begin(), buyers.end());
    buyers.erase(std::unique(buyers.begin(), buyers.end()), buyers.end());
    auto stored = claims_of_buyers(tx, coupon.coupon, buyers);
    if (!stored) return stored.error();
    for (const KeyedClaim& one : *stored) out.add(one.claim, one.key);
    if (coupon.audience != CouponAudience::new_buyers) return out;
    for (const AccountId buyer : buyers) {
      auto bought = has_bought(tx, buyer);
      if (!bought) return bought.error();
      out.bought_[buyer] = *bought;
    }
    return out;
  }

  void add(const CouponClaim& claim, const std::string& key) {
    ++counts_[claim.buyer];
    by_key_[{claim.buyer, key}] = claim;
  }
  const CouponClaim* find(AccountId buyer, const std::string& key) const {
    const auto found = by_key_.find({buyer, key});
    return found == by_key_.end() ? nullptr : &found->second;
  }
  int64_t count(AccountId buyer) const {
    const auto found = counts_.find(buyer);
    return found == counts_.end() ? 0 : found->second;
  }
  bool bought(AccountId buyer) const {
    const auto found = bought_.find(buyer);
    return found != bought_.end() && found->second;
  }

 private:
  std::map<AccountId, int64_t> counts_;
  std::map<AccountId, bool> bought_;
  std::map<std::pair<AccountId, std::string>, CouponClaim> by_key_;
};

}  // namespace

Result<void> tell_coupon(Transaction& tx, const Coupon& coupon, WallTime at) {
  const CouponChanged event{.coupon = coupon.coupon,
                            .name = coupon.name,
                            .room = coupon.room,
                            .state = std::string(enum_names(coupon.state)[static_cast<size_t>(coupon.state)]),
                            .quota = coupon.quota,
                            .left = coupon.quota - coupon.claimed,
                            .claim_from_ms = coupon.claim_from.ms,
                            .claim_to_ms = coupon.claim_to.ms,
                            .version = coupon.version,
                            .at_ms = at.ms};
  return tx.emit(coupon.coupon.str(), coupon.version, event);
}

Result<void> CouponOwner::decide(Transaction& tx, std::span<BatchItem* const> items) {
  std::map<CouponId, Items> by_coupon;
  const bool fenced = fence_stands(tx);
  for (BatchItem* waiting : items) {
    auto& item = static_cast<ClaimItem&>(*waiting);
    if (fenced) item.answer = kFenced;
    if (!fenced) by_coupon[item.request.coupon].push_back(&item);
  }
  for (const auto& [coupon, claims] : by_coupon) {
    if (auto decided = decide_coupon(tx, coupon, claims); !decided) return decided;
  }
  return {};
}

// Takes the claims in the order they came.
Result<void> CouponOwner::decide_coupon(Transaction& tx, CouponId id, const Items& items) {
  auto stored = find_coupon(tx, id);
  if (!stored && stored.error().kind != ErrorKind::not_found) return stored.error();
  if (!stored) {
    for (ClaimItem* item : items) item->answer = stored.error();
    return {};
  }
  auto had = Had::read(tx, *stored, items);
  if (!had) return had.error();
  Coupon after = *stored;
  std::vector<NewClaim> fresh;
  for (ClaimItem* item : items) {
    const ClaimRequest& request = item->request;
    if (const CouponClaim* again = had->find(request.buyer, request.key)) {
      item->answer = Claimed{*again, true};
      continue;
    }
    const ClaimFacts facts{had->count(request.buyer), had->bought(request.buyer), request.live};
    if (const auto refusal = refuse_claim(after, facts, request.now)) {
      item->answer = *refusal;
      continue;
    }
    const UseWindow window = use_window(after, request.now);
    const CouponClaim claim{.claim = request.fresh,
                            .coupon = id,
                            .buyer = request.buyer,
                            .claimed = request.now,
                            .use_from = window.from,
                            .use_to = window.to};
    fresh.push_back({claim, facts.had + 1, request.key});
    had->add(claim, request.key);
    ++after.claimed;
    item->answer = Claimed{claim, false};
  }
  if (fresh.empty()) return {};
  if (auto put = insert_claims(tx, *stored, fresh); !put) return put;
  ++after.version;
  return tell_coupon(tx, after, items.back()->request.now);
}

}  // namespace vitrine
