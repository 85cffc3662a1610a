#include "shop/stock/stock_store.h"

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

Pool read_pool(const Row& row) {
  return {.pool = row.id<PoolId>(0),
          .sku = row.id<SkuId>(1),
          .free = row.integer(2),
          .held = row.integer(3),
          .sold = row.integer(4),
          .version = row.integer(5)};
}

}  // namespace

Result<void> insert_pool(Transaction& tx, const Pool& pool, PoolKind kind) {
  auto done = tx.execute(
      "INSERT INTO pool (shop_id, pool, sku, kind, free, held, sold, version) "
      "VALUES ($1, $2, $3, $8, $4, $5, $6, $7)",
      kShop, pool.pool, pool.sku, pool.free, pool.held, pool.sold, pool.version, kind);
  if (!done) return done.error();
  return {};
}

Result<Pool> pool_of(Transaction& tx, SkuId sku) {
  auto rows = tx.query(
      "SELECT pool, sku, free, held, sold, version FROM pool "
      "WHERE shop_id = $1 AND sku = $2 AND kind = 0",
      kShop, sku);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.sku"};
  return read_pool(rows->front());
}

Result<Pool> pool_by_id(Transaction& tx, PoolId pool) {
  auto rows = tx.query(
      "SELECT pool, sku, free, held, sold, version FROM pool WHERE shop_id = $1 AND pool = $2", kShop, pool);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::internal, "shop.broken_pool_missing"};
  return read_pool(rows->front());
}

Result<void> write_movement(Transaction& tx, const Pool& after, MovementKind kind, int64_t quantity,
                            const MovementNote& note) {
  auto changed = tx.execute(
      "UPDATE pool SET free = $3, held = $4, sold = $5, version = $6 "
      "WHERE shop_id = $1 AND pool = $2 AND version = $7",
      kShop, after.pool, after.free, after.held, after.sold, after.version, after.version - 1);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_pool_version"};
  const MovementEffect effect = effect_of(kind, quantity);
  auto moved = tx.execute(
      "INSERT INTO movement (shop_id, pool, n, kind, quantity, free_change, held_change, sold_change, "
      "owner, reason, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      kShop, after.pool, after.version, kind, quantity, effect.free, effect.held, effect.sold, note.owner,
      note.reason, note.actor, note.at);
  if (!moved) return moved.error();
  return {};
}

Result<void> insert_hold(Transaction& tx, const Hold& hold, WallTime at) {
  auto done = tx.execute(
      "INSERT INTO hold (shop_id, owner, pool, sku, quantity, unit_price, currency, state, held_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
      kShop, hold.owner, hold.pool, hold.sku, hold.quantity, hold.unit_price.amount,
      hold.unit_price.currency.str(), at);
  if (!done) return done.error();
  return {};
}

Result<std::vector<Hold>> holds_of(Transaction& tx, OrderId owner) {
  auto rows = tx.query(
      "SELECT owner, pool, sku, quantity, unit_price, currency, state FROM hold "
      "WHERE shop_id = $1 AND owner = $2 ORDER BY sku",
      kShop, owner);
  if (!rows) return rows.error();
  std::vector<Hold> out;
  for (const Row& row : *rows) {
    out.push_back({.owner = row.id<OrderId>(0),
                   .pool = row.id<PoolId>(1),
                   .sku = row.id<SkuId>(2),
                   .quantity = row.integer(3),
                   .unit_price = {row.integer(4), Currency::parse(row.text(5)).value_or(Currency{})},
                   .state = static_cast<HoldState>(row.integer(6))});
  }
  return out;
}

Result<void> resolve_hold(Transaction& tx, const Hold& hold, HoldState end, WallTime at) {
  auto changed = tx.execute(
      "UPDATE hold SET state = $4, resolved_ms = $5 "
      "WHERE shop_id = $1 AND owner = $2 AND pool = $3 AND state = 0",
      kShop, hold.owner, hold.pool, end, at);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_hold"};
  return {};
}

}  // namespace vitrine
