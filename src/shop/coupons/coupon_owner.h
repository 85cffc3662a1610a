// The owner of coupons' counters: decides the claims that wait, over a whole batch, and writes them as a set
// (SHOP-RULES 1, 4). It remembers nothing between batches: counter, limits and keys are read in the very
// transaction that writes, once a batch.
//
// Invariants:
//   1. A batch writes one row a claim, and for each coupon one counter update and one event.
//   2. A coupon is written only at the version it was read at: a second owner fails there.
//
// Owns    nothing. Thread  the database's writer.
// Never   reads a clock or asks who is live: items bring both.
#pragma once

#include <string>
#include <vector>

#include "shop/coupons/coupon_store.h"
#include "store/batch.h"

namespace vitrine {

struct ClaimRequest {
  CouponId coupon{};
  AccountId buyer{};
  std::string key{};
  ClaimId fresh{};    // used when the claim is made
  bool live = false;  // the coupon's room, when it was asked
  WallTime now{};
};

struct Claimed {
  CouponClaim claim{};
  bool replayed = false;  // this key had made it before
};

struct ClaimItem final : BatchItem {
  using Answer = Claimed;
  explicit ClaimItem(ClaimRequest wanted) : request(std::move(wanted)) {}
  ClaimRequest request;
  std::optional<Result<Claimed>> answer;
};

// CouponChanged of a coupon as it is now.
Result<void> tell_coupon(Transaction& tx, const Coupon& coupon, WallTime at);

class CouponOwner final : public BatchOwner {
 public:
  Result<void> decide(Transaction& tx, std::span<BatchItem* const> items) override;
  void committed() override {}
  void forget() override {}

 private:
  using Items = std::vector<ClaimItem*>;
  static Result<void> decide_coupon(Transaction& tx, CouponId id, const Items& items);
};

}  // namespace vitrine
