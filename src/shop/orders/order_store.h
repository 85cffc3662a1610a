// The SQL of orders and the one function that moves an order from state to state. Every function runs
// inside the caller's transaction.
//
// Never  holds a name, phone or address line in the clear: they come and go sealed.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "shop/orders/order_rules.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kOrderTables = R"sql(
CREATE TABLE orders (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, buyer BIGINT NOT NULL, buyer_masked TEXT NOT NULL,
  room TEXT, state INTEGER NOT NULL, version BIGINT NOT NULL, test INTEGER NOT NULL,
  currency TEXT NOT NULL, items BIGINT NOT NULL, discount BIGINT NOT NULL, shipping BIGINT NOT NULL,
  total BIGINT NOT NULL CHECK (total = items - discount + shipping AND total > 0),
  created_ms BIGINT NOT NULL, pay_by_ms BIGINT NOT NULL, pay_by_boot_ms BIGINT NOT NULL,
  pay_by_boot_id BIGINT NOT NULL,
  paid_ms BIGINT, closing_ms BIGINT,
  close_reason TEXT, note TEXT NOT NULL DEFAULT '',
  carrier TEXT, tracking TEXT, shipped_ms BIGINT,
  to_name BLOB, to_phone BLOB, to_region TEXT, to_line BLOB,
  PRIMARY KEY (shop_id, order_id));
CREATE INDEX orders_of_buyer ON orders (shop_id, buyer, order_id);
CREATE INDEX orders_by_state ON orders (shop_id, state, order_id);
CREATE INDEX orders_due ON orders (shop_id, pay_by_boot_ms) WHERE state = 0;
CREATE TABLE order_line (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, line BIGINT NOT NULL,
  sku BIGINT NOT NULL, product BIGINT NOT NULL, name TEXT NOT NULL, variant TEXT NOT NULL, picture TEXT,
  unit_price BIGINT NOT NULL, price_version BIGINT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0), subtotal BIGINT NOT NULL,
  PRIMARY KEY (shop_id, order_id, line));
CREATE TABLE order_event (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, version BIGINT NOT NULL,
  from_state INTEGER, to_state INTEGER NOT NULL, cause TEXT NOT NULL, actor TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, order_id, version));
CREATE TABLE boot_mark (
  shop_id TEXT NOT NULL PRIMARY KEY, boot_ms BIGINT NOT NULL, boot_id BIGINT NOT NULL);
)sql";

// Tickets and the like go nowhere: an order of nothing else needs no address.
inline constexpr std::string_view kNothingShipped = R"sql(
ALTER TABLE order_line ADD COLUMN needs_shipping INTEGER NOT NULL DEFAULT 1;
ALTER TABLE product ADD COLUMN needs_shipping INTEGER NOT NULL DEFAULT 1;
)sql";

// Coupons take something off lines, and may leave nothing to pay (SHOP-RULES 19): the total may be zero.
inline constexpr std::string_view kDiscountTables = R"sql(
ALTER TABLE order_line ADD COLUMN discount BIGINT NOT NULL DEFAULT 0
  CHECK (discount >= 0 AND discount <= subtotal);
CREATE TABLE orders_with_free (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, buyer BIGINT NOT NULL, buyer_masked TEXT NOT NULL,
  room TEXT, state INTEGER NOT NULL, version BIGINT NOT NULL, test INTEGER NOT NULL,
  currency TEXT NOT NULL, items BIGINT NOT NULL, discount BIGINT NOT NULL, shipping BIGINT NOT NULL,
  total BIGINT NOT NULL CHECK (total = items - discount + shipping AND total >= 0),
  created_ms BIGINT NOT NULL, pay_by_ms BIGINT NOT NULL, pay_by_boot_ms BIGINT NOT NULL,
  pay_by_boot_id BIGINT NOT NULL,
  paid_ms BIGINT, closing_ms BIGINT,
  close_reason TEXT, note TEXT NOT NULL DEFAULT '',
  carrier TEXT, tracking TEXT, shipped_ms BIGINT,
  to_name BLOB, to_phone BLOB, to_region TEXT, to_line BLOB,
  sale BIGINT, pool BIGINT, units BIGINT CHECK (units > 0), grab_key TEXT,
  PRIMARY KEY (shop_id, order_id));
INSERT INTO orders_with_free SELECT shop_id, order_id, buyer, buyer_masked, room, state, version, test,
  currency, items, discount, shipping, total, created_ms, pay_by_ms, pay_by_boot_ms, pay_by_boot_id,
  paid_ms, closing_ms, close_reason, note, carrier, tracking, shipped_ms, to_name, to_phone, to_region,
  to_line, sale, pool, units, grab_key FROM orders;
DROP TABLE orders;
ALTER TABLE orders_with_free RENAME TO orders;
CREATE INDEX orders_of_buyer ON orders (shop_id, buyer, order_id);
CREATE INDEX orders_by_state ON orders (shop_id, state, order_id);
CREATE INDEX orders_due ON orders (shop_id, pay_by_boot_ms) WHERE state = 0;
CREATE UNIQUE INDEX orders_grab_key ON orders (shop_id, sale, buyer, grab_key) WHERE sale IS NOT NULL;
)sql";

// What was bought, as it was at that moment.
struct OrderLine {
  SkuId sku{};
  ProductId product{};
  std::string name{};
  std::string variant{};
  std::optional<std::string> picture{};  // address
  Money unit_price{};
  int64_t price_version = 1;
  int64_t quantity = 0;
  Money subtotal{};
  bool needs_shipping = true;
  int64_t discount = 0;    // off the subtotal, in its minor units
  int64_t price_kind = 0;  // which price applied; 0 the base price
  std::string price_label{};
};

struct SealedAddress {
  std::string name{};   // sealed
  std::string phone{};  // sealed
  std::string region{};
  std::string line{};  // sealed
};

// What an order of a flash sale holds.
struct Grab {
  FlashSaleId sale{};
  PoolId pool{};
  int64_t units = 0;
};

struct Order {
  OrderId order{};
  AccountId buyer{};
  std::string buyer_masked{};
  std::optional<std::string> room{};
  OrderState state = OrderState::pending_payment;
  int64_t version = 1;
  bool test = false;
  Money items{};
  Money discount{};
  Money shipping{};
  Money total{};
  WallTime created{};
  Deadline pay_by{};
  std::optional<WallTime> paid{};
  std::optional<WallTime> closing{};
  std::optional<std::string> close_reason{};
  std::string note{};
  std::optional<SealedAddress> address{};
  std::optional<Grab> grab{};  // of a flash sale
  std::vector<OrderLine> lines{};
};

inline bool needs_shipping(const Order& order) {
  return std::any_of(order.lines.begin(), order.lines.end(),
                     [](const OrderLine& line) { return line.needs_shipping; });
}

// Why an order moved and who moved it.
struct OrderCause {
  std::string cause{};  // "time_out", "paid"
  std::string actor{};  // "usr_...", "system", "sandbox"
  WallTime at{};
};

// The new order, its lines, first event row and OrderChanged.
Result<void> insert_order(Transaction& tx, const Order& order, const OrderCause& cause);

// Errors: `not_found` "shop.order".
Result<Order> find_order(Transaction& tx, OrderId order);

// Moves `order` one step and brings it up to date. Errors: `conflict` "shop.order_state" for a step the
// table does not have; `internal` "shop.broken_order" when the stored version is another.
Result<void> move_order(Transaction& tx, Order& order, OrderState to, const OrderCause& cause);

Result<void> set_address(Transaction& tx, OrderId order, const SealedAddress& address);
Result<void> set_note(Transaction& tx, OrderId order, const std::string& note);
Result<void> set_test(Transaction& tx, OrderId order);
Result<void> set_deadline(Transaction& tx, OrderId order, const Deadline& deadline);

struct OrderQuery {
  std::optional<AccountId> buyer{};
  std::optional<OrderState> state{};
  // Order id or its end, product, variant, note, buyer's masked name, or a tracking number.
  std::string text{};
  std::string room{};               // empty: any or none
  std::optional<WallTime> from{};   // created then or later
  std::optional<WallTime> until{};  // created before
  std::optional<OrderId> before{};
  size_t limit = 50;
};
Result<std::vector<OrderId>> list_orders(Transaction& tx, const OrderQuery& query);
// Whether this buyer ever paid an order.
Result<bool> has_bought(Transaction& tx, AccountId buyer);
// How many of the buyer's orders wait for money.
Result<int64_t> open_orders(Transaction& tx, AccountId buyer);

// The newest order of the buyer with a line of the product that is paid and not given back.
Result<std::optional<OrderId>> paid_order_of(Transaction& tx, AccountId buyer, ProductId product);

Result<std::vector<OrderId>> due_orders(Transaction& tx, BootTime now, size_t limit);
// Orders that entered closing at `since` or before.
Result<std::vector<OrderId>> silent_orders(Transaction& tx, WallTime since, size_t limit);

Result<std::optional<BootMark>> read_mark(Transaction& tx);
// Writes down how far the boot clock is; on a new boot moves every open deadline onto its clock first.
Result<void> write_mark(Transaction& tx, WallTime wall, BootTime now);

}  // namespace vitrine
