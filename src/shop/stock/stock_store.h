// The SQL of pools, movements and holds. Every function runs inside the caller's transaction.
//
// Never  decides: stock_rules does.
#pragma once

#include <string>
#include <vector>

#include "base/money.h"
#include "shop/stock/stock_rules.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kStockTables = R"sql(
CREATE TABLE pool (
  shop_id TEXT NOT NULL, pool BIGINT NOT NULL, sku BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  free BIGINT NOT NULL CHECK (free >= 0), held BIGINT NOT NULL CHECK (held >= 0),
  sold BIGINT NOT NULL CHECK (sold >= 0), version BIGINT NOT NULL,
  PRIMARY KEY (shop_id, pool));
CREATE UNIQUE INDEX pool_sellable ON pool (shop_id, sku) WHERE kind = 0;
CREATE TABLE movement (
  shop_id TEXT NOT NULL, pool BIGINT NOT NULL, n BIGINT NOT NULL,
  kind INTEGER NOT NULL, quantity BIGINT NOT NULL CHECK (quantity > 0),
  free_change BIGINT NOT NULL, held_change BIGINT NOT NULL, sold_change BIGINT NOT NULL,
  owner BIGINT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, pool, n));
CREATE TABLE hold (
  shop_id TEXT NOT NULL, owner BIGINT NOT NULL, pool BIGINT NOT NULL, sku BIGINT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0), unit_price BIGINT NOT NULL, currency TEXT NOT NULL,
  state INTEGER NOT NULL, held_ms BIGINT NOT NULL, resolved_ms BIGINT,
  PRIMARY KEY (shop_id, owner, pool));
CREATE INDEX hold_open ON hold (shop_id, pool) WHERE state = 0;
)sql";

// Where a pool's units are sold.
enum class PoolKind : uint8_t { sellable, flash_sale };

enum class HoldState : uint8_t { held, committed, released, expired };

// Units set aside for an order at the price of that moment; resolved once.
struct Hold {
  OrderId owner{};
  PoolId pool{};
  SkuId sku{};
  int64_t quantity = 0;
  Money unit_price{};
  HoldState state = HoldState::held;
};

// Who moved units and why; part of the movement row.
struct MovementNote {
  OrderId owner{};       // 0: no order
  std::string reason{};  // "initial", "recount"
  std::string actor{};   // "usr_...", "system"
  WallTime at{};
};

Result<void> insert_pool(Transaction& tx, const Pool& pool, PoolKind kind = PoolKind::sellable);
// The sellable pool of a SKU. Errors: `not_found` "shop.sku".
Result<Pool> pool_of(Transaction& tx, SkuId sku);
// Of any kind. Errors: `internal` "shop.broken_pool_missing".
Result<Pool> pool_by_id(Transaction& tx, PoolId pool);

// Stores the pool as it is after a movement, and the movement. `after` is one version above what is
// stored. Errors: `internal` "shop.broken_pool_version" when it is not.
Result<void> write_movement(Transaction& tx, const Pool& after, MovementKind kind, int64_t quantity,
                            const MovementNote& note);

Result<void> insert_hold(Transaction& tx, const Hold& hold, WallTime at);
Result<std::vector<Hold>> holds_of(Transaction& tx, OrderId owner);
// Errors: `internal` "shop.broken_hold" when the hold was resolved before.
Result<void> resolve_hold(Transaction& tx, const Hold& hold, HoldState end, WallTime at);

}  // namespace vitrine
