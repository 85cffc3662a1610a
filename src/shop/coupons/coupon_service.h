// Coupons as staff set them up and buyers claim them. Claims go through the batch door to the owner; what
// an order does to claims happens in its own transaction, through the functions at the end.
//
// Owns    the owner of the counters. Thread  any core; expire() from one.
// Never   moves an order, or asks after payment whether a coupon was right.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contract/media.h"
#include "runtime/core.h"
#include "shop/coupons/coupon_dto.h"
#include "shop/coupons/coupon_owner.h"
#include "shop/gate/gate.h"
#include "shop/gate/request_key.h"

namespace vitrine {

struct CouponNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  const MediaPort& media;
};

class CouponService {
 public:
  explicit CouponService(CouponNeeds needs) : needs_(needs) {}

  // Errors: `invalid_input` "shop.coupon_terms" (kind and its amounts, currency, scope and its list),
  // "shop.coupon_times", "shop.coupon_room" (live_only without a room).
  Task<Result<Made<CouponId>>> create(IdempotencyKey key, CouponDraft draft);
  // Doing it again changes nothing. Errors: `not_found` "shop.coupon", `conflict` "shop.coupon_state".
  Task<Result<void>> step(CouponId coupon, CouponState to);
  Task<Result<CouponView>> staff_view(CouponId coupon);
  Task<Result<CouponPage>> staff_list(CouponQuery query);
  // The claims of a coupon as CSV, newest first, from below `before`; at most kExportRows.
  Task<Result<std::string>> export_claims(CouponId coupon);

  // What a room shows: what can be claimed now. With a buyer, how many each has.
  Task<Result<CouponPage>> room_list(std::string room, std::optional<AccountId> buyer);
  // The same key gives the same claim. Errors: refuse_claim's, `not_found` "shop.coupon".
  Task<Result<Made<ClaimId>>> claim(CouponId coupon, AccountId buyer, std::string key);
  Task<Result<CouponClaimView>> own_claim(ClaimId claim, AccountId buyer);
  Task<Result<CouponClaimPage>> own_claims(ClaimQuery query);

  // Ends claims whose time ran out; once a second.
  Task<void> expire();

 private:
  bool is_live(const Coupon& coupon) const;

  CouponNeeds needs_;
  CouponOwner owner_;
};

inline constexpr size_t kExportRows = 100'000;

// What an order does to claims; each inside the caller's transaction.

// The buyer's claims with their terms, as a choice at checkout; all that are not used up when `claims` is
// empty. Errors: `not_found` "shop.coupon_claim" when one is not this buyer's.
Result<std::vector<HeldCoupon>> held_coupons(Transaction& tx, AccountId buyer,
                                             std::span<const ClaimId> claims);
// Locks what an order was priced with and keeps it with the order. Errors: `conflict` "shop.coupon_used".
Result<void> lock_coupons(Transaction& tx, OrderId order, std::span<const HeldCoupon> held,
                          const Discount& discount, WallTime at);
// The order was paid.
Result<void> use_coupons(Transaction& tx, OrderId order, WallTime at);
// The order closed unpaid, or was given back: by the buyer, or by time or seller (SHOP-RULES 19).
Result<void> free_coupons(Transaction& tx, OrderId order, const ClaimCause& cause);

}  // namespace vitrine
