#include "shop/stock/stock_service.h"

namespace vitrine {

MovementKind movement_of(HoldState end) {
  switch (end) {
    case HoldState::committed:
      return MovementKind::committed;
    case HoldState::released:
      return MovementKind::released;
    case HoldState::expired:
      return MovementKind::expired;
    case HoldState::held:
      break;
  }
  check(false, "a hold does not end as held");
  return MovementKind::released;
}

Result<Pool> StockService::move(Transaction& tx, const Pool& pool, MovementKind kind, int64_t quantity,
                                const MovementNote& note) const {
  auto after = after_movement(pool, kind, quantity);
  if (!after) return after.error();
  if (auto written = write_movement(tx, *after, kind, quantity, note); !written) return written.error();
  auto rooms = audience_.rooms_of(tx, pool.sku);
  if (!rooms) return rooms.error();
  const StockChanged event{pool.sku, std::move(*rooms), after->free, after->held, after->version};
  if (auto told = tx.emit(pool.sku.str(), after->version, event); !told) return told.error();
  return after;
}

Result<Pool> StockService::open_pool(Transaction& tx, SkuId sku, int64_t initial,
                                     const MovementNote& note) const {
  const Pool pool{.pool = ids_.next<PoolId>(), .sku = sku};
  if (auto stored = insert_pool(tx, pool); !stored) return stored.error();
  if (initial == 0) return pool;
  return move(tx, pool, MovementKind::received, initial, note);
}

Result<Pool> StockService::change(Transaction& tx, SkuId sku, int64_t change,
                                  const MovementNote& note) const {
  auto pool = pool_of(tx, sku);
  if (!pool) return pool.error();
  if (change == 0) return pool;
  const auto kind = change > 0 ? MovementKind::received : MovementKind::written_off;
  return move(tx, *pool, kind, change > 0 ? change : -change, note);
}

Result<Pool> StockService::move_sellable(Transaction& tx, SkuId sku, MovementKind kind, int64_t units,
                                         const MovementNote& note) const {
  auto pool = pool_of(tx, sku);
  if (!pool) return pool.error();
  return move(tx, *pool, kind, units, note);
}

Result<Pool> StockService::move_out(Transaction& tx, SkuId sku, int64_t units,
                                    const MovementNote& note) const {
  return move_sellable(tx, sku, MovementKind::moved_out, units, note);
}

Result<Pool> StockService::move_in(Transaction& tx, SkuId sku, int64_t units,
                                   const MovementNote& note) const {
  return move_sellable(tx, sku, MovementKind::moved_in, units, note);
}

Result<Pool> StockService::return_units(Transaction& tx, SkuId sku, int64_t units,
                                        const MovementNote& note) const {
  return move_sellable(tx, sku, MovementKind::returned, units, note);
}

Result<void> StockService::hold(Transaction& tx, std::span<const Demand> demands,
                                const MovementNote& note) const {
  for (const Demand& demand : demands) {
    auto pool = pool_of(tx, demand.sku);
    if (!pool) return pool.error();
    auto after = move(tx, *pool, MovementKind::held, demand.quantity, note);
    if (!after) return after.error();
    const Hold hold{note.owner, pool->pool, demand.sku, demand.quantity, demand.unit_price, HoldState::held};
    if (auto stored = insert_hold(tx, hold, note.at); !stored) return stored.error();
  }
  return {};
}

Result<void> StockService::resolve(Transaction& tx, HoldState end, const MovementNote& note) const {
  auto holds = holds_of(tx, note.owner);
  if (!holds) return holds.error();
  for (const Hold& hold : *holds) {
    if (auto once = resolve_hold(tx, hold, end, note.at); !once) return once.error();
    auto pool = pool_by_id(tx, hold.pool);
    if (!pool) return pool.error();
    auto after = move(tx, *pool, movement_of(end), hold.quantity, note);
    if (!after) return after.error();
  }
  return {};
}

Result<void> StockService::take_back(Transaction& tx, const MovementNote& note) const {
  auto holds = holds_of(tx, note.owner);
  if (!holds) return holds.error();
  for (const Hold& hold : *holds) {
    if (hold.state != HoldState::committed) continue;
    auto pool = pool_by_id(tx, hold.pool);
    if (!pool) return pool.error();
    auto after = move(tx, *pool, MovementKind::returned, hold.quantity, note);
    if (!after) return after.error();
  }
  return {};
}

}  // namespace vitrine
