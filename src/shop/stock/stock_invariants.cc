#include "shop/stock/stock_invariants.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

// Pools beside what their movements and holds add up to; only rows that disagree come back. A grabbed
// order is its own hold: held while it waits for money (0, 1), sold once it was paid.
constexpr std::string_view kDisagreeing = R"sql(
SELECT p.sku, p.free, p.held, p.sold, p.version,
       COALESCE(m.free, 0), COALESCE(m.held, 0), COALESCE(m.sold, 0), COALESCE(m.n, 0),
       COALESCE(h.held, 0), COALESCE(h.sold, 0)
FROM pool p
LEFT JOIN (SELECT shop_id, pool, SUM(free_change) AS free, SUM(held_change) AS held,
                  SUM(sold_change) AS sold, COUNT(*) AS n
           FROM movement GROUP BY shop_id, pool) m ON m.shop_id = p.shop_id AND m.pool = p.pool
LEFT JOIN (SELECT shop_id, pool, SUM(held) AS held, SUM(sold) AS sold FROM (
             SELECT shop_id, pool, CASE WHEN state = 0 THEN quantity ELSE 0 END AS held,
                    CASE WHEN state = 1 THEN quantity ELSE 0 END AS sold FROM hold
             UNION ALL
             SELECT shop_id, pool, CASE WHEN state IN (0, 1) THEN units ELSE 0 END,
                    CASE WHEN state IN (2, 3, 4, 6, 7, 8) THEN units ELSE 0 END
             FROM orders WHERE sale IS NOT NULL) AS taken
           GROUP BY shop_id, pool) h ON h.shop_id = p.shop_id AND h.pool = p.pool
WHERE p.shop_id = $1 AND (
  p.free < 0 OR p.held < 0 OR p.sold < 0 OR
  p.free <> COALESCE(m.free, 0) OR p.held <> COALESCE(m.held, 0) OR p.sold <> COALESCE(m.sold, 0) OR
  p.version <> COALESCE(m.n, 0) OR p.held <> COALESCE(h.held, 0) OR p.sold <> COALESCE(h.sold, 0))
ORDER BY p.sku LIMIT 20
)sql";

}  // namespace

Result<std::vector<std::string>> find_stock_breaches(Transaction& tx) {
  auto rows = tx.query(kDisagreeing, kShop);
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const Row& row : *rows) {
    out.push_back(fmt::format(
        "{}: free {} held {} sold {} (version {}), but movements say free {} held {} sold {} "
        "({} rows) and holds say held {} sold {}",
        row.id<SkuId>(0).str(), row.integer(1), row.integer(2), row.integer(3), row.integer(4),
        row.integer(5), row.integer(6), row.integer(7), row.integer(8), row.integer(9), row.integer(10)));
  }
  return out;
}

}  // namespace vitrine
