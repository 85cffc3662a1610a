// What becomes of a grabbed order's units when its money or time is decided (SHOP-RULES 10): called by
// Settlement in the transaction that moves the order.
//
// Owns    nothing. Thread  the database's writer, inside a closure.
// Never   moves an order, or keeps a unit in the pool of a sale that has ended.
#pragma once

#include "shop/flash_sale/sale_store.h"
#include "shop/stock/stock_service.h"

namespace vitrine {

class SaleUnits {
 public:
  SaleUnits(IdSource& ids, const StockService& stock) : ids_(ids), stock_(stock) {}

  // The first variant whose sellable pool has fewer free units than the sale wants.
  Result<std::optional<Pool>> find_short(Transaction& tx, const Sale& sale) const;
  // Takes the sale's units from the sellable pools into pools of its own. Errors: `conflict`
  // "shop.stock_short".
  Result<void> take(Transaction& tx, Sale& sale, const MovementNote& note) const;
  // Gives everything free back to the sellable pools.
  Result<void> send_home(Transaction& tx, const Sale& sale, const MovementNote& note) const;
  // Resolves the order's hold, which is the order itself: the caller has moved it in this transaction, so
  // it happens once. Units let go stay in the sale's pool until it ends, then they go home.
  Result<void> resolve(Transaction& tx, const Grab& grab, HoldState end, const MovementNote& note) const;
  // A paid order is given back: its units go on the shelf, not into the sale again.
  Result<void> take_back(Transaction& tx, const Grab& grab, const MovementNote& note) const;

 private:
  Result<void> take_one(Transaction& tx, const Sale& sale, SaleSku& sku, const MovementNote& note) const;
  Result<Pool> move(Transaction& tx, const Sale& sale, const FlashSaleOffer& offer, const Pool& pool,
                    MovementKind kind, int64_t units, const MovementNote& note) const;

  IdSource& ids_;
  const StockService& stock_;
};

}  // namespace vitrine
