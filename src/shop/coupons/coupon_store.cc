#include "shop/coupons/coupon_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

constexpr std::string_view kCouponColumns =
    "coupon, name, room, live_only, state, version, kind, amount, currency, percent_off, cap, threshold, "
    "scope, category, stackable, audience, quota, claimed, per_buyer, claim_from_ms, claim_to_ms, "
    "use_from_ms, use_to_ms, use_within_ms, created_ms ";
constexpr std::string_view kClaimColumns =
    "claim, coupon, buyer, state, version, claimed_ms, use_from_ms, use_to_ms, order_id ";
// So many buyers are asked for in one statement: a fixed number keeps it one prepared statement.
constexpr size_t kAskAtOnce = 32;

std::optional<WallTime> maybe_time(const Row& row, size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

Coupon read_coupon(const Row& row) {
  Coupon out{.coupon = row.id<CouponId>(0),
             .name = row.text(1),
             .room = row.maybe_text(2),
             .live_only = row.integer(3) != 0,
             .state = static_cast<CouponState>(row.integer(4)),
             .version = row.integer(5),
             .audience = static_cast<CouponAudience>(row.integer(15)),
             .quota = row.integer(16),
             .claimed = row.integer(17),
             .per_buyer = row.integer(18),
             .claim_from = row.time(19),
             .claim_to = row.time(20),
             .use_from = maybe_time(row, 21),
             .use_to = maybe_time(row, 22),
             .created = row.time(24)};
  if (!row.is_null(23)) out.use_within = Milliseconds(row.integer(23));
  out.terms.kind = static_cast<CouponKind>(row.integer(6));
  out.terms.amount = {row.integer(7), Currency::parse(row.text(8)).value_or(Currency{})};
  out.terms.percent = row.integer(9);
  out.terms.cap = row.maybe_integer(10);
  out.terms.threshold = row.integer(11);
  out.terms.scope = static_cast<CouponScope>(row.integer(12));
  out.terms.category = row.text(13);
  out.terms.stackable = row.integer(14) != 0;
  return out;
}

CouponClaim read_claim(const Row& row) {
  CouponClaim out{.claim = row.id<ClaimId>(0),
                  .coupon = row.id<CouponId>(1),
                  .buyer = row.id<AccountId>(2),
                  .state = static_cast<ClaimState>(row.integer(3)),
                  .version = row.integer(4),
                  .claimed = row.time(5),
                  .use_from = row.time(6),
                  .use_to = row.time(7)};
  if (!row.is_null(8)) out.order = row.id<OrderId>(8);
  return out;
}

Result<std::vector<CouponClaim>> read_claims(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<CouponClaim> out;
  for (const Row& row : *rows) out.push_back(read_claim(row));
  return out;
}

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

// "$from, $from+1, ..." for `count` parameters.
std::string places(size_t from, size_t count) {
  std::string out;
  for (size_t at = 0; at < count; ++at) out += (at ? ", $" : "$") + std::to_string(from + at);
  return out;
}

}  // namespace

Result<void> insert_coupon(Transaction& tx, const Coupon& coupon) {
  const CouponTerms& terms = coupon.terms;
  auto put = tx.execute(
      "INSERT INTO coupon (shop_id, coupon, name, room, live_only, state, version, kind, amount, currency, "
      "percent_off, cap, threshold, scope, category, stackable, audience, quota, claimed, per_buyer, "
      "claim_from_ms, claim_to_ms, use_from_ms, use_to_ms, use_within_ms, created_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19, $20, "
      "$21, $22, $23, $24, $25)",
      kShop, coupon.coupon, coupon.name, coupon.room, coupon.live_only, coupon.state, coupon.version,
      terms.kind, terms.amount.amount, terms.amount.currency.str(), terms.percent, terms.cap, terms.threshold,
      terms.scope, terms.category, terms.stackable, coupon.audience, coupon.quota, coupon.per_buyer,
      coupon.claim_from, coupon.claim_to, coupon.use_from, coupon.use_to,
      coupon.use_within ? std::optional(coupon.use_within->count()) : std::nullopt, coupon.created);
  if (!put) return put.error();
  for (const ProductId product : terms.products) {
    auto named = tx.execute("INSERT INTO coupon_product (shop_id, coupon, product) VALUES ($1, $2, $3)",
                            kShop, coupon.coupon, product);
    if (!named) return named.error();
  }
  return {};
}

Result<Coupon> find_coupon(Transaction& tx, CouponId id) {
  auto rows = tx.query(
      "SELECT " + std::string(kCouponColumns) + "FROM coupon WHERE shop_id = $1 AND coupon = $2", kShop, id);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.coupon"};
  Coupon coupon = read_coupon(rows->front());
  if (coupon.terms.scope != CouponScope::products) return coupon;
  auto products = tx.query(
      "SELECT product FROM coupon_product WHERE shop_id = $1 AND coupon = $2 ORDER BY product", kShop, id);
  if (!products) return products.error();
  for (const Row& row : *products) coupon.terms.products.push_back(row.id<ProductId>(0));
  return coupon;
}

Result<void> move_coupon(Transaction& tx, Coupon& coupon, CouponState to) {
  if (!may_follow(coupon.state, to)) return Error{ErrorKind::conflict, "shop.coupon_state"};
  auto changed = tx.execute(
      "UPDATE coupon SET state = $3, version = $4 WHERE shop_id = $1 AND coupon = $2 AND version = $5", kShop,
      coupon.coupon, to, coupon.version + 1, coupon.version);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_coupon"};
  coupon.state = to;
  ++coupon.version;
  return {};
}

Result<std::vector<CouponId>> list_coupons(Transaction& tx, const CouponQuery& query) {
  const std::string where = query.room ? "room = $2 " : "$2 = '' ";
  const std::string when =
      query.claimable_at ? "AND state = 0 AND claim_from_ms <= $3 AND claim_to_ms > $3 " : "AND $3 >= 0 ";
  auto rows = tx.query("SELECT coupon FROM coupon WHERE shop_id = $1 AND " + where + when +
                           "AND coupon < $4 ORDER BY coupon DESC LIMIT $5",
                       kShop, query.room.value_or(""), query.claimable_at.value_or(WallTime{}),
                       query.before ? query.before->value : INT64_MAX, query.limit);
  if (!rows) return rows.error();
  std::vector<CouponId> out;
  for (const Row& row : *rows) out.push_back(row.id<CouponId>(0));
  return out;
}

Result<CouponStats> stats_of(Transaction& tx, CouponId coupon) {
  CouponStats out;
  auto rows =
      tx.query("SELECT state, COUNT(*) FROM coupon_claim WHERE shop_id = $1 AND coupon = $2 GROUP BY state",
               kShop, coupon);
  if (!rows) return rows.error();
  for (const Row& row : *rows) {
    int64_t* const counts[] = {&out.waiting, &out.locked, &out.used, &out.expired};
    *counts[static_cast<size_t>(row.integer(0))] = row.integer(1);
  }
  auto sums = tx.query(
      "SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT), CAST(COALESCE(SUM(o.total), 0) AS BIGINT) "
      "FROM coupon_claim k JOIN order_coupon c ON c.shop_id = k.shop_id AND c.order_id = k.order_id "
      "AND c.claim = k.claim JOIN orders o ON o.shop_id = k.shop_id AND o.order_id = k.order_id "
      "WHERE k.shop_id = $1 AND k.coupon = $2 AND k.state = 2",
      kShop, coupon);
  if (!sums) return sums.error();
  out.taken_off = sums->front().integer(0);
  out.brought = sums->front().integer(1);
  return out;
}

Result<void> insert_claims(Transaction& tx, const Coupon& before, std::span<const NewClaim> claims) {
  auto raised = tx.execute(
      "UPDATE coupon SET claimed = $3, version = $4 WHERE shop_id = $1 AND coupon = $2 AND version = $5",
      kShop, before.coupon, before.claimed + static_cast<int64_t>(claims.size()), before.version + 1,
      before.version);
  if (!raised) return raised.error();
  if (*raised != 1) return Error{ErrorKind::internal, "shop.broken_coupon"};
  constexpr size_t kColumnCount = 11;
  std::vector<SqlValue> values;
  values.reserve(claims.size() * kColumnCount);
  for (const NewClaim& one : claims) {
    const CouponClaim& claim = one.claim;
    for (auto& value : {to_sql(kShop), to_sql(claim.claim), to_sql(claim.coupon), to_sql(claim.buyer),
                        to_sql(one.nth), to_sql(one.key), to_sql(claim.state), to_sql(claim.version),
                        to_sql(claim.claimed), to_sql(claim.use_from), to_sql(claim.use_to)}) {
      values.push_back(value);
    }
  }
  return tx.execute_rows(
      "INSERT INTO coupon_claim (shop_id, claim, coupon, buyer, nth, claim_key, state, version, claimed_ms, "
      "use_from_ms, use_to_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      kColumnCount, values);
}

Result<std::vector<KeyedClaim>> claims_of_buyers(Transaction& tx, CouponId coupon,
                                                 std::span<const AccountId> buyers) {
  static const std::string sql = "SELECT " + std::string(kClaimColumns) +
                                 ", claim_key FROM coupon_claim WHERE shop_id = $1 AND coupon = $2 "
                                 "AND buyer IN (" +
                                 places(3, kAskAtOnce) + ")";
  std::vector<KeyedClaim> out;
  for (size_t from = 0; from < buyers.size(); from += kAskAtOnce) {
    std::vector<SqlValue> values{to_sql(kShop), to_sql(coupon)};
    for (size_t at = 0; at < kAskAtOnce; ++at) {
      values.push_back(to_sql(buyers[std::min(from + at, buyers.size() - 1)]));
    }
    auto rows = tx.query_values(sql, values);
    if (!rows) return rows.error();
    for (const Row& row : *rows) out.push_back({read_claim(row), row.text(9)});
  }
  return out;
}

Result<CouponClaim> find_claim(Transaction& tx, ClaimId claim) {
  auto found = read_claims(
      tx.query("SELECT " + std::string(kClaimColumns) + "FROM coupon_claim WHERE shop_id = $1 AND claim = $2",
               kShop, claim));
  if (!found) return found.error();
  if (found->empty()) return Error{ErrorKind::not_found, "shop.coupon_claim"};
  return found->front();
}

Result<std::vector<CouponClaim>> list_claims(Transaction& tx, const ClaimQuery& query) {
  const std::string whose = query.buyer ? "AND buyer = $2 " : "AND $2 = 0 ";
  const std::string which = query.coupon ? "AND coupon = $3 " : "AND $3 = 0 ";
  const std::string how = query.state ? "AND state = $4 " : "AND $4 < 0 ";
  return read_claims(tx.query("SELECT " + std::string(kClaimColumns) +
                                  "FROM coupon_claim WHERE shop_id = $1 " + whose + which + how +
                                  "AND claim < $5 ORDER BY claim DESC LIMIT $6",
                              kShop, query.buyer.value_or(AccountId{}), query.coupon.value_or(CouponId{}),
                              query.state ? static_cast<int64_t>(*query.state) : -1,
                              query.before ? query.before->value : INT64_MAX, query.limit));
}

Result<std::vector<CouponClaim>> claims_of_order(Transaction& tx, OrderId order) {
  return read_claims(tx.query("SELECT " + std::string(kClaimColumns) +
                                  "FROM coupon_claim WHERE shop_id = $1 AND order_id = $2 ORDER BY claim",
                              kShop, order));
}

Result<void> move_claim(Transaction& tx, CouponClaim& from, const CouponClaim& to, const ClaimCause& cause) {
  if (!may_follow(from.state, to.state)) return Error{ErrorKind::internal, "shop.broken_claim"};
  auto changed = tx.execute(
      "UPDATE coupon_claim SET state = $3, version = $4, order_id = $5, use_to_ms = $6 "
      "WHERE shop_id = $1 AND claim = $2 AND state = $7 AND version = $8",
      kShop, from.claim, to.state, from.version + 1, to.order, to.use_to, from.state, from.version);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::conflict, "shop.coupon_used"};
  const std::optional<OrderId> order = to.order ? to.order : from.order;
  auto told = tx.execute(
      "INSERT INTO coupon_event (shop_id, claim, version, from_state, to_state, cause, order_id, at_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kShop, from.claim, from.version + 1, from.state, to.state, cause.cause, order, cause.at);
  if (!told) return told.error();
  const int64_t version = from.version + 1;
  from = to;
  from.version = version;
  return {};
}

Result<std::vector<CouponClaim>> claims_over(Transaction& tx, WallTime now, size_t limit) {
  return read_claims(tx.query("SELECT " + std::string(kClaimColumns) +
                                  "FROM coupon_claim WHERE shop_id = $1 AND state = 0 AND use_to_ms <= $2 "
                                  "ORDER BY use_to_ms LIMIT $3",
                              kShop, now, limit));
}

Result<void> insert_order_coupon(Transaction& tx, OrderId order, const OrderCoupon& cut) {
  return done(tx.execute(
      "INSERT INTO order_coupon (shop_id, order_id, claim, coupon, name, amount) VALUES ($1, $2, $3, $4, $5, "
      "$6)",
      kShop, order, cut.claim, cut.coupon, cut.name, cut.amount));
}

Result<std::vector<OrderCoupon>> coupons_of_order(Transaction& tx, OrderId order) {
  auto rows = tx.query(
      "SELECT claim, coupon, name, amount FROM order_coupon WHERE shop_id = $1 AND order_id = $2 "
      "ORDER BY claim",
      kShop, order);
  if (!rows) return rows.error();
  std::vector<OrderCoupon> out;
  for (const Row& row : *rows) {
    out.push_back({row.id<ClaimId>(0), row.id<CouponId>(1), row.text(2), row.integer(3)});
  }
  return out;
}

namespace {

constexpr std::string_view kCounterOff = R"sql(
SELECT c.coupon, 'its counter is not the number of its claims, or one buyer has too many' FROM coupon c
WHERE c.shop_id = $1 AND (c.claimed <>
  (SELECT COUNT(*) FROM coupon_claim k WHERE k.shop_id = c.shop_id AND k.coupon = c.coupon)
  OR EXISTS (SELECT 1 FROM coupon_claim k WHERE k.shop_id = c.shop_id AND k.coupon = c.coupon
    AND (k.nth > c.per_buyer OR k.nth < 1)))
LIMIT 20
)sql";

// Locked while the order waits, used once it was paid; a closed or refunded order has let go.
constexpr std::string_view kClaimOff = R"sql(
SELECT k.claim, 'its state does not fit its order' FROM coupon_claim k
LEFT JOIN orders o ON o.shop_id = k.shop_id AND o.order_id = k.order_id
LEFT JOIN order_coupon c ON c.shop_id = k.shop_id AND c.order_id = k.order_id AND c.claim = k.claim
WHERE k.shop_id = $1 AND k.state IN (1, 2) AND (c.claim IS NULL OR o.state IS NULL OR NOT
  ((k.state = 1 AND o.state IN (0, 1)) OR (k.state = 2 AND o.state IN (2, 3, 4, 8))))
LIMIT 20
)sql";

// An order that counts on a coupon has it: none is shared, none was let go too early.
constexpr std::string_view kOrderOff = R"sql(
SELECT o.order_id, 'its discount is not what its coupons and lines say' FROM orders o
WHERE o.shop_id = $1 AND o.sale IS NULL AND (o.discount <>
  (SELECT COALESCE(SUM(amount), 0) FROM order_coupon c
   WHERE c.shop_id = o.shop_id AND c.order_id = o.order_id)
  OR o.discount <> (SELECT COALESCE(SUM(discount), 0) FROM order_line l
   WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id)
  OR (o.state IN (0, 1, 2, 3, 4, 8) AND
    (SELECT COUNT(*) FROM order_coupon c WHERE c.shop_id = o.shop_id AND c.order_id = o.order_id) <>
    (SELECT COUNT(*) FROM coupon_claim k WHERE k.shop_id = o.shop_id AND k.order_id = o.order_id)))
LIMIT 20
)sql";

// Every step of a claim is a row: as many as its version says.
constexpr std::string_view kHistoryOff = R"sql(
SELECT k.claim, 'its steps are not all written down' FROM coupon_claim k
WHERE k.shop_id = $1 AND k.version <> 1 +
  (SELECT COUNT(*) FROM coupon_event e WHERE e.shop_id = k.shop_id AND e.claim = k.claim)
LIMIT 20
)sql";

template <class T>
Result<void> find_rows(Transaction& tx, std::string_view sql, std::vector<std::string>& out) {
  auto rows = tx.query(sql, kShop);
  if (!rows) return rows.error();
  for (const Row& row : *rows) out.push_back(fmt::format("{}: {}", row.id<T>(0).str(), row.text(1)));
  return {};
}

}  // namespace

Result<std::vector<std::string>> find_coupon_breaches(Transaction& tx) {
  std::vector<std::string> out;
  if (auto looked = find_rows<CouponId>(tx, kCounterOff, out); !looked) return looked.error();
  if (auto looked = find_rows<ClaimId>(tx, kClaimOff, out); !looked) return looked.error();
  if (auto looked = find_rows<OrderId>(tx, kOrderOff, out); !looked) return looked.error();
  if (auto looked = find_rows<ClaimId>(tx, kHistoryOff, out); !looked) return looked.error();
  return out;
}

}  // namespace vitrine
