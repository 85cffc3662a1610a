// The SQL of coupons and claims. Every function runs inside the caller's transaction.
//
// Never  decides: coupon_rules does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shop/coupons/coupon_rules.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kCouponTables = R"sql(
CREATE TABLE coupon (
  shop_id TEXT NOT NULL, coupon BIGINT NOT NULL, name TEXT NOT NULL, room TEXT, live_only BIGINT NOT NULL,
  state BIGINT NOT NULL, version BIGINT NOT NULL, kind BIGINT NOT NULL, amount BIGINT NOT NULL,
  currency TEXT NOT NULL, percent_off BIGINT NOT NULL, cap BIGINT, threshold BIGINT NOT NULL,
  scope BIGINT NOT NULL, category TEXT NOT NULL, stackable BIGINT NOT NULL, audience BIGINT NOT NULL,
  quota BIGINT NOT NULL, claimed BIGINT NOT NULL CHECK (claimed >= 0 AND claimed <= quota),
  per_buyer BIGINT NOT NULL CHECK (per_buyer > 0),
  claim_from_ms BIGINT NOT NULL, claim_to_ms BIGINT NOT NULL, use_from_ms BIGINT, use_to_ms BIGINT,
  use_within_ms BIGINT, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, coupon));
CREATE INDEX coupon_of_room ON coupon (shop_id, room, coupon);
CREATE TABLE coupon_product (
  shop_id TEXT NOT NULL, coupon BIGINT NOT NULL, product BIGINT NOT NULL,
  PRIMARY KEY (shop_id, coupon, product));
CREATE TABLE coupon_claim (
  shop_id TEXT NOT NULL, claim BIGINT NOT NULL, coupon BIGINT NOT NULL, buyer BIGINT NOT NULL,
  nth BIGINT NOT NULL, claim_key TEXT NOT NULL, state BIGINT NOT NULL, version BIGINT NOT NULL,
  claimed_ms BIGINT NOT NULL, use_from_ms BIGINT NOT NULL, use_to_ms BIGINT NOT NULL, order_id BIGINT,
  PRIMARY KEY (shop_id, claim),
  CHECK ((state IN (1, 2)) = (order_id IS NOT NULL)));
CREATE UNIQUE INDEX claim_nth ON coupon_claim (shop_id, coupon, buyer, nth);
CREATE UNIQUE INDEX claim_key_once ON coupon_claim (shop_id, coupon, buyer, claim_key);
CREATE INDEX claim_of_buyer ON coupon_claim (shop_id, buyer, claim);
CREATE INDEX claim_of_order ON coupon_claim (shop_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX claim_runs_out ON coupon_claim (shop_id, use_to_ms) WHERE state = 0;
CREATE TABLE coupon_event (
  shop_id TEXT NOT NULL, claim BIGINT NOT NULL, version BIGINT NOT NULL, from_state BIGINT NOT NULL,
  to_state BIGINT NOT NULL, cause TEXT NOT NULL, order_id BIGINT, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, claim, version));
CREATE TABLE order_coupon (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, claim BIGINT NOT NULL, coupon BIGINT NOT NULL,
  name TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (shop_id, order_id, claim));
)sql";

Result<void> insert_coupon(Transaction& tx, const Coupon& coupon);
// With its products. Errors: `not_found` "shop.coupon".
Result<Coupon> find_coupon(Transaction& tx, CouponId coupon);
// Compare-and-set on the version. Errors: `conflict` "shop.coupon_state" for a step there is not.
Result<void> move_coupon(Transaction& tx, Coupon& coupon, CouponState to);

struct CouponQuery {
  std::optional<std::string> room{};       // only those shown there
  std::optional<WallTime> claimable_at{};  // only active ones inside their claim time
  std::optional<CouponId> before{};
  size_t limit = 50;
};
Result<std::vector<CouponId>> list_coupons(Transaction& tx, const CouponQuery& query);

// What became of a coupon's claims.
struct CouponStats {
  int64_t waiting = 0;  // claimed and not yet used
  int64_t locked = 0;
  int64_t used = 0;
  int64_t expired = 0;
  int64_t taken_off = 0;  // by used ones, in minor units
  int64_t brought = 0;    // what their orders cost, in minor units
};
Result<CouponStats> stats_of(Transaction& tx, CouponId coupon);

// A claim on its way in, from the batch that decided it.
struct NewClaim {
  CouponClaim claim{};
  int64_t nth = 1;  // of this buyer, from 1
  std::string key{};
};
// Raises counter and version by what `before` has and writes the claims. Errors: `internal`
// "shop.broken_coupon" when another version is stored; `conflict` "store.unique" when a buyer's nth or key is
// there already.
Result<void> insert_claims(Transaction& tx, const Coupon& before, std::span<const NewClaim> claims);

// A claim with the key it was made with.
struct KeyedClaim {
  CouponClaim claim{};
  std::string key{};
};
// The claims these buyers have of a coupon; asks for all at once.
Result<std::vector<KeyedClaim>> claims_of_buyers(Transaction& tx, CouponId coupon,
                                                 std::span<const AccountId> buyers);

// Errors: `not_found` "shop.coupon_claim".
Result<CouponClaim> find_claim(Transaction& tx, ClaimId claim);
struct ClaimQuery {
  std::optional<AccountId> buyer{};
  std::optional<CouponId> coupon{};
  std::optional<ClaimState> state{};
  std::optional<ClaimId> before{};
  size_t limit = 50;
};
Result<std::vector<CouponClaim>> list_claims(Transaction& tx, const ClaimQuery& query);
// Those an order locked or used.
Result<std::vector<CouponClaim>> claims_of_order(Transaction& tx, OrderId order);

// Why a claim moved.
struct ClaimCause {
  std::string cause{};  // "placed", "paid", "time_out"
  WallTime at{};
};
// Moves `from` to the state, order and time of `to`, brings `from` up to date and writes the event. Errors:
// `conflict` "shop.coupon_used" when another was faster, `internal` "shop.broken_claim" for a step there is
// not.
Result<void> move_claim(Transaction& tx, CouponClaim& from, const CouponClaim& to, const ClaimCause& cause);
// Claims whose time ran out.
Result<std::vector<CouponClaim>> claims_over(Transaction& tx, WallTime now, size_t limit);

// What coupons took off an order, as it was placed.
struct OrderCoupon {
  ClaimId claim{};
  CouponId coupon{};
  std::string name{};
  int64_t amount = 0;
};
Result<void> insert_order_coupon(Transaction& tx, OrderId order, const OrderCoupon& cut);
Result<std::vector<OrderCoupon>> coupons_of_order(Transaction& tx, OrderId order);

// What must never be: a counter that is not the number of claims, a buyer over the limit, a claim whose order
// does not fit its state, an order whose coupons do not add up to its discount. At most 20 of a kind.
Result<std::vector<std::string>> find_coupon_breaches(Transaction& tx);

}  // namespace vitrine
