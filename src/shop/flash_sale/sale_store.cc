#include "shop/flash_sale/sale_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "shop/gate/shop_id.h"
#include "shop/stock/stock_store.h"

namespace vitrine {
namespace {

constexpr Error kNoSale{ErrorKind::not_found, "shop.flash_sale"};
constexpr Error kWrongState{ErrorKind::conflict, "shop.flash_state"};

constexpr std::string_view kSaleColumns =
    "sale, room, state, version, starts_ms, preheat_for_ms, open_delay_ms, duration_ms, per_buyer, "
    "per_order, "
    "pay_minutes, preheat_ms, opens_ms, ends_ms, created_ms ";

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Sale read_sale(const Row& row) {
  return {.sale = row.id<FlashSaleId>(0),
          .room = row.text(1),
          .state = static_cast<SaleState>(row.integer(2)),
          .version = row.integer(3),
          .plan = {.starts = row.is_null(4) ? std::nullopt : std::optional(row.time(4)),
                   .preheat = Milliseconds(row.integer(5)),
                   .open_delay = Milliseconds(row.integer(6)),
                   .duration = Milliseconds(row.integer(7)),
                   .per_buyer = row.integer(8),
                   .per_order = row.integer(9),
                   .pay_minutes = row.integer(10)},
          .times = {row.time(11), row.time(12), row.time(13)},
          .created = row.time(14)};
}

SaleSku read_sku(const Row& row) {
  const Currency currency = Currency::parse(row.text(8)).value_or(Currency{});
  SaleSku sku{.offer = {.sku = row.id<SkuId>(0),
                        .product = row.id<ProductId>(1),
                        .name = row.text(2),
                        .variant = row.text(3),
                        .picture = row.maybe_text(4),
                        .price = {row.integer(5), currency},
                        .list_price = {row.integer(6), currency},
                        .units = row.integer(7)}};
  if (!row.is_null(9)) {
    sku.pool = Pool{.pool = row.id<PoolId>(9),
                    .sku = sku.offer.sku,
                    .free = row.integer(10),
                    .held = row.integer(11),
                    .sold = row.integer(12),
                    .version = row.integer(13)};
  }
  return sku;
}

Result<void> insert_skus(Transaction& tx, const Sale& sale) {
  for (size_t at = 0; at < sale.skus.size(); ++at) {
    const FlashSaleOffer& offer = sale.skus[at].offer;
    auto put = tx.execute(
        "INSERT INTO flash_sku (shop_id, sale, sku, position, units, product, name, variant, picture, price, "
        "list_price, currency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        kShop, sale.sale, offer.sku, at, offer.units, offer.product, offer.name, offer.variant, offer.picture,
        offer.price.amount, offer.list_price.amount, offer.price.currency.str());
    if (!put) return put.error();
  }
  return {};
}

Result<void> insert_move(Transaction& tx, const Sale& sale, std::optional<SaleState> from,
                         const OrderCause& cause) {
  return done(
      tx.execute("INSERT INTO flash_move (shop_id, sale, version, from_state, to_state, cause, actor, at_ms) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                 kShop, sale.sale, sale.version, from, sale.state, cause.cause, cause.actor, cause.at));
}

Result<std::vector<FlashSaleId>> read_ids(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<FlashSaleId> out;
  for (const Row& row : *rows) out.push_back(row.id<FlashSaleId>(0));
  return out;
}

}  // namespace

const SaleSku* Sale::find(SkuId sku) const {
  const auto found =
      std::find_if(skus.begin(), skus.end(), [&](const SaleSku& one) { return one.offer.sku == sku; });
  return found == skus.end() ? nullptr : &*found;
}

Result<void> insert_sale(Transaction& tx, const Sale& sale, const OrderCause& cause) {
  const SalePlan& plan = sale.plan;
  auto put = tx.execute(
      "INSERT INTO flash_sale (shop_id, sale, room, state, version, starts_ms, preheat_for_ms, "
      "open_delay_ms, "
      "duration_ms, per_buyer, per_order, pay_minutes, preheat_ms, opens_ms, ends_ms, created_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
      kShop, sale.sale, sale.room, sale.state, sale.version, plan.starts, plan.preheat.count(),
      plan.open_delay.count(), plan.duration.count(), plan.per_buyer, plan.per_order, plan.pay_minutes,
      sale.times.preheat, sale.times.opens, sale.times.ends, sale.created);
  if (!put) return put.error();
  if (auto skus = insert_skus(tx, sale); !skus) return skus;
  return insert_move(tx, sale, std::nullopt, cause);
}

Result<void> replace_draft(Transaction& tx, const Sale& sale) {
  const SalePlan& plan = sale.plan;
  auto changed = tx.execute(
      "UPDATE flash_sale SET room = $3, starts_ms = $4, preheat_for_ms = $5, open_delay_ms = $6, "
      "duration_ms = $7, per_buyer = $8, per_order = $9, pay_minutes = $10, preheat_ms = $11, opens_ms = "
      "$12, "
      "ends_ms = $13 WHERE shop_id = $1 AND sale = $2 AND state = 0",
      kShop, sale.sale, sale.room, plan.starts, plan.preheat.count(), plan.open_delay.count(),
      plan.duration.count(), plan.per_buyer, plan.per_order, plan.pay_minutes, sale.times.preheat,
      sale.times.opens, sale.times.ends);
  if (!changed) return changed.error();
  if (*changed != 1) return kWrongState;
  auto gone = tx.execute("DELETE FROM flash_sku WHERE shop_id = $1 AND sale = $2", kShop, sale.sale);
  if (!gone) return gone.error();
  return insert_skus(tx, sale);
}

Result<void> remove_draft(Transaction& tx, const Sale& sale) {
  if (sale.state != SaleState::draft) return kWrongState;
  for (const char* sql : {"DELETE FROM flash_sku WHERE shop_id = $1 AND sale = $2",
                          "DELETE FROM flash_move WHERE shop_id = $1 AND sale = $2",
                          "DELETE FROM flash_sale WHERE shop_id = $1 AND sale = $2"}) {
    if (auto gone = tx.execute(sql, kShop, sale.sale); !gone) return gone.error();
  }
  return {};
}

Result<Sale> find_sale(Transaction& tx, FlashSaleId id) {
  static const std::string kFind =
      "SELECT " + std::string(kSaleColumns) + "FROM flash_sale WHERE shop_id = $1 AND sale = $2";
  auto rows = tx.query(kFind, kShop, id);
  if (!rows) return rows.error();
  if (rows->empty()) return kNoSale;
  Sale sale = read_sale(rows->front());
  auto skus = tx.query(
      "SELECT f.sku, f.product, f.name, f.variant, f.picture, f.price, f.list_price, f.units, f.currency, "
      "f.pool, p.free, p.held, p.sold, p.version FROM flash_sku f "
      "LEFT JOIN pool p ON p.shop_id = f.shop_id AND p.pool = f.pool "
      "WHERE f.shop_id = $1 AND f.sale = $2 ORDER BY f.position",
      kShop, id);
  if (!skus) return skus.error();
  for (const Row& row : *skus) sale.skus.push_back(read_sku(row));
  return sale;
}

Result<Sale> sale_of_pool(Transaction& tx, PoolId pool) {
  auto rows = tx.query("SELECT sale FROM flash_sku WHERE shop_id = $1 AND pool = $2", kShop, pool);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::internal, "shop.broken_pool_sale"};
  return find_sale(tx, rows->front().id<FlashSaleId>(0));
}

Result<std::vector<FlashSaleId>> live_sales(Transaction& tx) {
  return read_ids(tx.query(
      "SELECT sale FROM flash_sale WHERE shop_id = $1 AND state IN (1, 2, 3, 4, 5) ORDER BY sale", kShop));
}

Result<bool> in_live_sale(Transaction& tx, ProductId product) {
  auto rows = tx.query(
      "SELECT 1 FROM flash_sale f JOIN flash_sku u ON u.shop_id = f.shop_id AND u.sale = f.sale "
      "WHERE f.shop_id = $1 AND f.state IN (1, 2, 3, 4, 5) AND u.product = $2 LIMIT 1",
      kShop, product);
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<std::vector<FlashSaleId>> list_sales(Transaction& tx, const SaleQuery& query) {
  return read_ids(tx.query(
      "SELECT sale FROM flash_sale WHERE shop_id = $1 AND ($2 = '' OR room = $2) AND (state <> 0 OR $3 = 1) "
      "AND sale < $4 ORDER BY sale DESC LIMIT $5",
      kShop, query.room.value_or(""), query.drafts, query.before ? query.before->value : INT64_MAX,
      query.limit));
}

Result<void> move_sale(Transaction& tx, Sale& sale, SaleState to, const OrderCause& cause) {
  if (!may_follow(sale.state, to)) return kWrongState;
  auto changed = tx.execute(
      "UPDATE flash_sale SET state = $3, version = version + 1, starts_ms = $4, preheat_ms = $5, opens_ms = "
      "$6, "
      "ends_ms = $7 WHERE shop_id = $1 AND sale = $2 AND state = $8 AND version = $9",
      kShop, sale.sale, to, sale.plan.starts, sale.times.preheat, sale.times.opens, sale.times.ends,
      sale.state, sale.version);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_sale"};
  const SaleState from = sale.state;
  sale.state = to;
  ++sale.version;
  if (auto put = insert_move(tx, sale, from, cause); !put) return put;
  log_info("shop.flash_sale", {{"sale", sale.sale.str()}, {"state", name_of(to)}, {"cause", cause.cause}});
  FlashSaleChanged event{.sale = sale.sale,
                         .room = sale.room,
                         .version = sale.version,
                         .state = std::string(name_of(to)),
                         .preheat_at_ms = sale.times.preheat.ms,
                         .opens_at_ms = sale.times.opens.ms,
                         .ends_at_ms = sale.times.ends.ms,
                         .per_buyer = sale.plan.per_buyer,
                         .per_order = sale.plan.per_order,
                         .items = {},
                         .at_ms = cause.at.ms};
  for (const SaleSku& sku : sale.skus) event.items.push_back(sku.offer);
  return tx.emit(sale.sale.str(), sale.version, event);
}

Result<void> set_pool(Transaction& tx, FlashSaleId sale, SkuId sku, PoolId pool) {
  return done(tx.execute("UPDATE flash_sku SET pool = $4 WHERE shop_id = $1 AND sale = $2 AND sku = $3",
                         kShop, sale, sku, pool));
}

Result<std::vector<PoolStep>> steps_since(Transaction& tx, PoolId pool, int64_t after) {
  auto rows = tx.query(
      "SELECT m.kind, m.quantity, COALESCE(o.buyer, 0) FROM movement m "
      "LEFT JOIN orders o ON o.shop_id = m.shop_id AND o.order_id = m.owner "
      "WHERE m.shop_id = $1 AND m.pool = $2 AND m.n > $3 ORDER BY m.n",
      kShop, pool, after);
  if (!rows) return rows.error();
  std::vector<PoolStep> out;
  for (const Row& row : *rows) {
    out.push_back({static_cast<MovementKind>(row.integer(0)), row.integer(1), row.id<AccountId>(2)});
  }
  return out;
}

Result<void> tell_pool(Transaction& tx, const Sale& sale, const FlashSaleOffer& offer, const Pool& pool,
                       std::vector<GrabMade> grabs) {
  const FlashStockChanged event{.sale = sale.sale,
                                .room = sale.room,
                                .sku = offer.sku,
                                .product = offer.product,
                                .units = offer.units,
                                .free = pool.free,
                                .held = pool.held,
                                .sold = pool.sold,
                                .version = pool.version,
                                .grabs = std::move(grabs)};
  return tx.emit(pool.pool.str(), pool.version, event);
}

Result<std::vector<std::string>> find_sale_breaches(Transaction& tx) {
  // States by number, as stored: 5 ended, 6 settled; an order in state 5 is closed.
  constexpr std::string_view kTooMany = R"sql(
SELECT f.sale, 'its pool holds other units than it began with' FROM flash_sku f
JOIN pool p ON p.shop_id = f.shop_id AND p.pool = f.pool
JOIN flash_sale s ON s.shop_id = f.shop_id AND s.sale = f.sale
WHERE f.shop_id = $1 AND (p.free + p.held + p.sold > f.units OR
  (s.state < 5 AND p.free + p.held + p.sold <> f.units) OR (s.state = 6 AND p.free + p.held > 0))
LIMIT 20
)sql";
  constexpr std::string_view kOverLimit = R"sql(
SELECT o.sale, 'a buyer has more than the limit' FROM orders o
JOIN flash_sale s ON s.shop_id = o.shop_id AND s.sale = o.sale
WHERE o.shop_id = $1 AND o.sale IS NOT NULL AND o.state <> 5
GROUP BY o.sale, o.buyer HAVING SUM(o.units) > MAX(s.per_buyer)
LIMIT 20
)sql";
  std::vector<std::string> out;
  for (const auto sql : {kTooMany, kOverLimit}) {
    auto rows = tx.query(sql, kShop);
    if (!rows) return rows.error();
    for (const Row& row : *rows)
      out.push_back(fmt::format("{}: {}", row.id<FlashSaleId>(0).str(), row.text(1)));
  }
  return out;
}

}  // namespace vitrine
