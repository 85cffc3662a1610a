#include "shop/checkout/invariants.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "shop/coupons/coupon_store.h"
#include "shop/flash_sale/sale_store.h"
#include "shop/gate/shop_id.h"
#include "shop/ledger/ledger.h"
#include "shop/stock/stock_invariants.h"

namespace vitrine {
namespace {

// Orders whose holds are not as their state says: held while it waits, committed once it was paid,
// given free when it closed. States and hold states by number, as stored.
constexpr std::string_view kHoldsOff = R"sql(
SELECT o.order_id, 'holds do not fit its state' FROM orders o
JOIN hold h ON h.shop_id = o.shop_id AND h.owner = o.order_id
WHERE o.shop_id = $1 AND NOT (
  (o.state IN (0, 1) AND h.state = 0) OR (o.state IN (2, 3, 4, 6, 7, 8) AND h.state = 1) OR
  (o.state = 5 AND h.state IN (2, 3)))
LIMIT 20
)sql";

// Lines against holds, per order: what was bought is what is set aside.
constexpr std::string_view kUnitsOff = R"sql(
SELECT o.order_id, 'its lines and holds count different units' FROM orders o
WHERE o.shop_id = $1 AND
  (SELECT COALESCE(SUM(quantity), 0) FROM order_line l
   WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id) <>
  (SELECT COALESCE(SUM(quantity), 0) FROM hold h WHERE h.shop_id = o.shop_id AND h.owner = o.order_id)
LIMIT 20
)sql";

// Money: a paid order kept exactly one payment; every other success is on its way back. 3 is
// succeeded; a refund of a sale (cancelled) does not count against keeping it.
constexpr std::string_view kMoneyOff = R"sql(
SELECT o.order_id, 'it kept not exactly the money its state says' FROM orders o
WHERE o.shop_id = $1 AND
  (SELECT COUNT(*) FROM payment_attempt a WHERE a.shop_id = o.shop_id AND a.order_id = o.order_id
   AND a.state = 3 AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.shop_id = a.shop_id
     AND r.payment = a.payment AND r.reason IN ('late_payment', 'paid_twice'))) <>
  CASE WHEN o.state IN (2, 3, 4, 6, 7, 8) AND o.total > 0 THEN 1 ELSE 0 END
LIMIT 20
)sql";

// What providers hold for us by attempts and refunds, per currency, against the ledger's account.
constexpr std::string_view kClearing = R"sql(
SELECT currency, SUM(amount) FROM (
  SELECT currency, amount FROM payment_attempt WHERE shop_id = $1 AND state = 3
  UNION ALL SELECT currency, -amount FROM refund WHERE shop_id = $1 AND state = 1) AS moved
GROUP BY currency
)sql";

Result<void> find_orders(Transaction& tx, std::string_view sql, std::vector<std::string>& out) {
  auto rows = tx.query(sql, kShop);
  if (!rows) return rows.error();
  for (const Row& row : *rows) out.push_back(fmt::format("{}: {}", row.id<OrderId>(0).str(), row.text(1)));
  return {};
}

Result<void> find_in_ledger(Transaction& tx, std::vector<std::string>& out) {
  auto report = verify_ledger(tx);
  if (!report) return report.error();
  if (report->fault) out.push_back("ledger: " + *report->fault);
  auto rows = tx.query(kClearing, kShop);
  if (!rows) return rows.error();
  for (const Row& row : *rows) {
    const int64_t booked = report->balances["provider_clearing " + row.text(0)];
    if (booked == row.integer(1)) continue;
    out.push_back(fmt::format("ledger: provider_clearing says {} {}, payments and refunds say {}", booked,
                              row.text(0), row.integer(1)));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> find_breaches(Transaction& tx) {
  auto out = find_stock_breaches(tx);
  if (!out) return out;
  for (const auto sql : {kHoldsOff, kUnitsOff, kMoneyOff}) {
    if (auto looked = find_orders(tx, sql, *out); !looked) return looked.error();
  }
  auto sales = find_sale_breaches(tx);
  if (!sales) return sales;
  out->insert(out->end(), sales->begin(), sales->end());
  auto coupons = find_coupon_breaches(tx);
  if (!coupons) return coupons;
  out->insert(out->end(), coupons->begin(), coupons->end());
  if (auto looked = find_in_ledger(tx, *out); !looked) return looked.error();
  return out;
}

}  // namespace vitrine
