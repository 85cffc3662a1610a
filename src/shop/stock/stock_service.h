// The steps that move units, each inside the transaction of what it belongs to. Every change tells the
// rooms that carry the SKU (StockChanged) in that same transaction.
//
// Owns    nothing. Thread  the database's writer, inside a closure.
// Never   commits, or moves units without a movement row.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contract/events.h"
#include "shop/stock/stock_store.h"

namespace vitrine {

// Who must hear about a SKU: the rooms whose showcase carries it. Asked inside the transaction.
class StockAudience {
 public:
  virtual ~StockAudience() = default;
  virtual Result<std::vector<std::string>> rooms_of(Transaction& tx, SkuId sku) const = 0;
};

// Demand for one SKU at the price the buyer saw. A cart's demand is merged per SKU first.
struct Demand {
  SkuId sku{};
  int64_t quantity = 0;
  Money unit_price{};
};

// The movement that resolves a hold.
MovementKind movement_of(HoldState end);

class StockService {
 public:
  StockService(IdSource& ids, const StockAudience& audience) : ids_(ids), audience_(audience) {}

  // The pool of a new SKU with its first units (0 or more).
  Result<Pool> open_pool(Transaction& tx, SkuId sku, int64_t initial, const MovementNote& note) const;
  // Receives (change > 0) or writes off (change < 0). Errors: `not_found` "shop.sku", `conflict`
  // "shop.stock_short", `invalid_input` "shop.stock_too_many".
  Result<Pool> change(Transaction& tx, SkuId sku, int64_t change, const MovementNote& note) const;
  // One half of a transfer between the SKU's sellable pool and another: the caller writes the other in the
  // same transaction. Errors: as change().
  Result<Pool> move_out(Transaction& tx, SkuId sku, int64_t units, const MovementNote& note) const;
  Result<Pool> move_in(Transaction& tx, SkuId sku, int64_t units, const MovementNote& note) const;
  // Puts sold units of another pool back on the shelf.
  Result<Pool> return_units(Transaction& tx, SkuId sku, int64_t units, const MovementNote& note) const;
  // Sets units aside for note.owner. The caller asked hold_refusal() in this transaction; a pool that
  // cannot serve now is a broken invariant.
  Result<void> hold(Transaction& tx, std::span<const Demand> demands, const MovementNote& note) const;
  // Resolves every open hold of note.owner. Errors: `internal` "shop.broken_hold" when one is not open.
  Result<void> resolve(Transaction& tx, HoldState end, const MovementNote& note) const;
  // Puts the sold units of note.owner back on the shelf (a refund before shipping).
  Result<void> take_back(Transaction& tx, const MovementNote& note) const;

 private:
  Result<Pool> move_sellable(Transaction& tx, SkuId sku, MovementKind kind, int64_t units,
                             const MovementNote& note) const;
  Result<Pool> move(Transaction& tx, const Pool& pool, MovementKind kind, int64_t quantity,
                    const MovementNote& note) const;

  IdSource& ids_;
  const StockAudience& audience_;
};

}  // namespace vitrine
