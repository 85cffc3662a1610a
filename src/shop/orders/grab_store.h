// The SQL of orders that are grabbed in a flash sale. Every function runs inside the caller's transaction.
//
// Never  decides: flash_sale_rules does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shop/orders/order_store.h"

namespace vitrine {

// A grab is one row: the order is the hold and carries its idempotency key; its one line is shared by all
// orders of the pool.
inline constexpr std::string_view kGrabTables = R"sql(
ALTER TABLE orders ADD COLUMN sale BIGINT;
ALTER TABLE orders ADD COLUMN pool BIGINT;
ALTER TABLE orders ADD COLUMN units BIGINT CHECK (units > 0);
ALTER TABLE orders ADD COLUMN grab_key TEXT;
CREATE UNIQUE INDEX orders_grab_key ON orders (shop_id, sale, buyer, grab_key) WHERE sale IS NOT NULL;
CREATE TABLE shared_line (
  shop_id TEXT NOT NULL, pool BIGINT NOT NULL,
  sku BIGINT NOT NULL, product BIGINT NOT NULL, name TEXT NOT NULL, variant TEXT NOT NULL, picture TEXT,
  unit_price BIGINT NOT NULL CHECK (unit_price > 0),
  PRIMARY KEY (shop_id, pool));
)sql";

// An order of a flash sale as it enters: pending payment, one line, held by itself.
struct NewGrab {
  OrderId order{};
  AccountId buyer{};
  std::string buyer_masked{};
  Grab grab{};
  std::string key{};
  Money total{};
  bool test = false;
  WallTime created{};
  Deadline pay_by{};
};
// The rows of a batch; nothing is told: the batch's own event does. Errors: `conflict` "store.unique" when
// a buyer's key was used in this sale before.
Result<void> insert_grabs(Transaction& tx, const std::string& room, std::span<const NewGrab> grabs);
// The line every order of `pool` has; its quantity and subtotal are each order's own.
Result<void> insert_shared_line(Transaction& tx, PoolId pool, const OrderLine& line);

// A buyer's order of a sale by the key it was grabbed with.
struct FoundGrab {
  OrderId order{};
  Grab grab{};
  Money total{};
  WallTime pay_by{};
  OrderState state{};
};
Result<std::optional<FoundGrab>> find_grab(Transaction& tx, FlashSaleId sale, AccountId buyer,
                                           const std::string& key);
// The buyer's newest order of a sale.
Result<std::optional<FoundGrab>> newest_grab(Transaction& tx, FlashSaleId sale, AccountId buyer);
// Units each buyer of a sale holds or has bought; zero for those whose orders all closed.
struct BuyerUnits {
  AccountId buyer{};
  int64_t units = 0;
};
Result<std::vector<BuyerUnits>> buyers_of_sale(Transaction& tx, FlashSaleId sale);

}  // namespace vitrine
