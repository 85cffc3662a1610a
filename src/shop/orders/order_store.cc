#include "shop/orders/order_store.h"

#include "base/log.h"
#include "contract/events.h"
#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

constexpr std::string_view kColumns =
    "order_id, buyer, buyer_masked, room, state, version, test, currency, items, discount, shipping, total, "
    "created_ms, pay_by_ms, pay_by_boot_ms, pay_by_boot_id, paid_ms, closing_ms, close_reason, note, "
    "to_name, to_phone, to_region, to_line, sale, pool, units ";

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

std::optional<WallTime> maybe_time(const Row& row, size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

Order read_order(const Row& row) {
  const Currency currency = Currency::parse(row.text(7)).value_or(Currency{});
  Order order{.order = row.id<OrderId>(0),
              .buyer = row.id<AccountId>(1),
              .buyer_masked = row.text(2),
              .room = row.maybe_text(3),
              .state = static_cast<OrderState>(row.integer(4)),
              .version = row.integer(5),
              .test = row.integer(6) != 0,
              .items = {row.integer(8), currency},
              .discount = {row.integer(9), currency},
              .shipping = {row.integer(10), currency},
              .total = {row.integer(11), currency},
              .created = row.time(12),
              .pay_by = {row.time(13), row.integer(14), static_cast<uint64_t>(row.integer(15))},
              .paid = maybe_time(row, 16),
              .closing = maybe_time(row, 17),
              .close_reason = row.maybe_text(18),
              .note = row.text(19)};
  if (!row.is_null(20)) order.address = SealedAddress{row.blob(20), row.blob(21), row.text(22), row.blob(23)};
  if (!row.is_null(24)) order.grab = Grab{row.id<FlashSaleId>(24), row.id<PoolId>(25), row.integer(26)};
  return order;
}

Result<void> insert_line(Transaction& tx, OrderId order, size_t at, const OrderLine& line) {
  return done(tx.execute(
      "INSERT INTO order_line (shop_id, order_id, line, sku, product, name, variant, picture, "
      "unit_price, price_version, quantity, subtotal, needs_shipping, discount, price_kind, price_label) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
      kShop, order, at, line.sku, line.product, line.name, line.variant, line.picture, line.unit_price.amount,
      line.price_version, line.quantity, line.subtotal.amount, line.needs_shipping ? 1 : 0, line.discount,
      line.price_kind, line.price_label));
}

Result<std::vector<OrderLine>> lines_of(Transaction& tx, OrderId order, Currency currency) {
  auto rows = tx.query(
      "SELECT sku, product, name, variant, picture, unit_price, price_version, quantity, subtotal, "
      "needs_shipping, discount, price_kind, price_label "
      "FROM order_line WHERE shop_id = $1 AND order_id = $2 ORDER BY line",
      kShop, order);
  if (!rows) return rows.error();
  std::vector<OrderLine> out;
  for (const Row& row : *rows) {
    out.push_back({.sku = row.id<SkuId>(0),
                   .product = row.id<ProductId>(1),
                   .name = row.text(2),
                   .variant = row.text(3),
                   .picture = row.maybe_text(4),
                   .unit_price = {row.integer(5), currency},
                   .price_version = row.integer(6),
                   .quantity = row.integer(7),
                   .subtotal = {row.integer(8), currency},
                   .needs_shipping = row.integer(9) != 0,
                   .discount = row.integer(10),
                   .price_kind = row.integer(11),
                   .price_label = row.text(12)});
  }
  return out;
}

// The line of a grab, from what all orders of its pool share.
Result<OrderLine> grabbed_line(Transaction& tx, const Grab& grab, Money items) {
  auto rows = tx.query(
      "SELECT sku, product, name, variant, picture, unit_price FROM shared_line WHERE shop_id = $1 AND pool "
      "= $2",
      kShop, grab.pool);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::internal, "shop.broken_shared_line"};
  const Row& row = rows->front();
  return OrderLine{.sku = row.id<SkuId>(0),
                   .product = row.id<ProductId>(1),
                   .name = row.text(2),
                   .variant = row.text(3),
                   .picture = row.maybe_text(4),
                   .unit_price = {row.integer(5), items.currency},
                   .quantity = grab.units,
                   .subtotal = items};
}

// The event row and OrderChanged of the state the order is in now.
Result<void> record_step(Transaction& tx, const Order& order, std::optional<OrderState> from,
                         const OrderCause& cause) {
  auto put = tx.execute(
      "INSERT INTO order_event (shop_id, order_id, version, from_state, to_state, cause, actor, at_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kShop, order.order, order.version, from, order.state, cause.cause, cause.actor, cause.at);
  if (!put) return put.error();
  const bool waits = order.state == OrderState::pending_payment;
  const OrderChanged event{
      .order = order.order,
      .state = std::string(name_of(order.state)),
      .buyer = order.buyer,
      .buyer_masked = order.buyer_masked,
      .room = order.room,
      .product = order.lines.empty() ? std::nullopt : std::optional(order.lines.front().product),
      .total = order.total,
      .pay_by_ms = waits ? std::optional(order.pay_by.wall.ms) : std::nullopt,
      .test = order.test,
      .at_ms = cause.at.ms};
  return tx.emit(order.order.str(), order.version, event);
}

Result<std::vector<OrderId>> read_ids(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<OrderId> out;
  for (const Row& row : *rows) out.push_back(row.id<OrderId>(0));
  return out;
}

std::string contains_pattern(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;  // as SQL's lower() does
  }
  return out + "%";
}

// What the lists of the console show of an id: its last characters are its lowest bits.
struct IdTail {
  int64_t mask = 0;
  int64_t value = -1;  // of no id under the mask
};
constexpr size_t kIdCharacters = 13;
constexpr size_t kTailMin = 6;
constexpr int kBitsOfCharacter = 5;

IdTail id_tail(std::string_view text) {
  if (text.size() < kTailMin || text.size() >= kIdCharacters) return {};
  const auto value = decode_id("", std::string(kIdCharacters - text.size(), '0') + std::string(text));
  if (!value) return {};
  return {(int64_t{1} << (kBitsOfCharacter * static_cast<int>(text.size()))) - 1, *value};
}

}  // namespace

Result<void> insert_order(Transaction& tx, const Order& order, const OrderCause& cause) {
  auto put = tx.execute(
      "INSERT INTO orders (shop_id, order_id, buyer, buyer_masked, room, state, version, test, currency, "
      "items, discount, shipping, total, created_ms, pay_by_ms, pay_by_boot_ms, pay_by_boot_id) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
      kShop, order.order, order.buyer, order.buyer_masked, order.room, order.state, order.version, order.test,
      order.total.currency.str(), order.items.amount, order.discount.amount, order.shipping.amount,
      order.total.amount, order.created, order.pay_by.wall, order.pay_by.boot_ms, order.pay_by.boot_id);
  if (!put) return put.error();
  if (order.address) {
    if (auto set = set_address(tx, order.order, *order.address); !set) return set.error();
  }
  for (size_t at = 0; at < order.lines.size(); ++at) {
    if (auto lined = insert_line(tx, order.order, at, order.lines[at]); !lined) return lined.error();
  }
  return record_step(tx, order, std::nullopt, cause);
}

Result<Order> find_order(Transaction& tx, OrderId id) {
  auto rows = tx.query("SELECT " + std::string(kColumns) + "FROM orders WHERE shop_id = $1 AND order_id = $2",
                       kShop, id);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.order"};
  Order order = read_order(rows->front());
  if (order.grab) {
    auto line = grabbed_line(tx, *order.grab, order.items);
    if (!line) return line.error();
    order.lines.push_back(std::move(*line));
    return order;
  }
  auto lines = lines_of(tx, id, order.total.currency);
  if (!lines) return lines.error();
  order.lines = std::move(*lines);
  return order;
}

Result<void> move_order(Transaction& tx, Order& order, OrderState to, const OrderCause& cause) {
  if (!may_follow(order.state, to)) {
    log_warn("shop.illegal_step",
             {{"order", order.order.str()}, {"from", name_of(order.state)}, {"to", name_of(to)}});
    return Error{ErrorKind::conflict, "shop.order_state"};
  }
  auto changed = tx.execute(
      "UPDATE orders SET state = $3, version = $4, "
      "paid_ms = CASE WHEN $3 = 2 THEN $5 ELSE paid_ms END, "
      "closing_ms = CASE WHEN $3 = 1 THEN $5 ELSE closing_ms END, "
      "close_reason = CASE WHEN $3 IN (1, 5, 6) THEN $6 "
      "WHEN $3 = 2 THEN NULL ELSE close_reason END "
      "WHERE shop_id = $1 AND order_id = $2 AND state = $7 AND version = $8",
      kShop, order.order, to, order.version + 1, cause.at, cause.cause, order.state, order.version);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_order"};
  const OrderState from = order.state;
  order.state = to;
  ++order.version;
  return record_step(tx, order, from, cause);
}

Result<void> set_address(Transaction& tx, OrderId order, const SealedAddress& address) {
  return done(
      tx.execute("UPDATE orders SET to_name = $3, to_phone = $4, to_region = $5, to_line = $6 "
                 "WHERE shop_id = $1 AND order_id = $2",
                 kShop, order, Blob{address.name}, Blob{address.phone}, address.region, Blob{address.line}));
}

Result<void> set_note(Transaction& tx, OrderId order, const std::string& note) {
  auto changed =
      tx.execute("UPDATE orders SET note = $3 WHERE shop_id = $1 AND order_id = $2", kShop, order, note);
  if (!changed) return changed.error();
  if (*changed == 0) return Error{ErrorKind::not_found, "shop.order"};
  return {};
}

Result<void> set_test(Transaction& tx, OrderId order) {
  return done(tx.execute("UPDATE orders SET test = 1 WHERE shop_id = $1 AND order_id = $2", kShop, order));
}

Result<void> set_deadline(Transaction& tx, OrderId order, const Deadline& deadline) {
  return done(
      tx.execute("UPDATE orders SET pay_by_ms = $3, pay_by_boot_ms = $4, pay_by_boot_id = $5 "
                 "WHERE shop_id = $1 AND order_id = $2",
                 kShop, order, deadline.wall, deadline.boot_ms, deadline.boot_id));
}

Result<std::vector<OrderId>> list_orders(Transaction& tx, const OrderQuery& query) {
  const auto asked = OrderId::parse(query.text);
  const IdTail tail = id_tail(query.text);
  // "Any or this one" in a single statement would read the whole shop to find one buyer's orders.
  const std::string whose = query.buyer ? "o.buyer = $3 " : "$3 = 0 ";
  const std::string which = query.state ? "AND o.state = $4 " : "AND $4 < 0 ";
  return read_ids(tx.query(
      "SELECT o.order_id FROM orders o WHERE o.shop_id = $1 AND o.order_id < $2 AND " + whose + which +
          "AND ($9 = '' OR o.room = $9) AND o.created_ms >= $10 AND o.created_ms < $11 "
          "AND ($5 = '' OR o.order_id = $6 OR (o.order_id & $12) = $13 "
          "OR lower(o.buyer_masked) LIKE $7 ESCAPE '\\' OR lower(o.note) LIKE $7 ESCAPE '\\' "
          "OR EXISTS (SELECT 1 FROM package p WHERE p.shop_id = o.shop_id AND p.order_id = o.order_id "
          "AND p.tracking = $5) "
          "OR EXISTS (SELECT 1 FROM order_line l WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id "
          "AND (lower(l.name) LIKE $7 ESCAPE '\\' OR lower(l.variant) LIKE $7 ESCAPE '\\')) "
          "OR EXISTS (SELECT 1 FROM shared_line s WHERE s.shop_id = o.shop_id AND s.pool = o.pool "
          "AND (lower(s.name) LIKE $7 ESCAPE '\\' OR lower(s.variant) LIKE $7 ESCAPE '\\'))) "
          "ORDER BY o.order_id DESC LIMIT $8",
      kShop, query.before ? query.before->value : INT64_MAX, query.buyer.value_or(AccountId{}),
      query.state ? static_cast<int64_t>(*query.state) : -1, query.text, asked.value_or(OrderId{}),
      contains_pattern(query.text), query.limit, query.room, query.from.value_or(WallTime{0}),
      query.until.value_or(WallTime{INT64_MAX}), tail.mask, tail.value));
}

Result<std::optional<OrderId>> paid_order_of(Transaction& tx, AccountId buyer, ProductId product) {
  auto rows = read_ids(tx.query(
      "SELECT o.order_id FROM orders o WHERE o.shop_id = $1 AND o.buyer = $2 AND o.state IN ($4, $5, $6, $7) "
      "AND (EXISTS (SELECT 1 FROM order_line l WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id "
      "AND l.product = $3) OR EXISTS (SELECT 1 FROM shared_line s WHERE s.shop_id = o.shop_id "
      "AND s.pool = o.pool AND s.product = $3)) ORDER BY o.order_id DESC LIMIT 1",
      kShop, buyer, product, OrderState::paid, OrderState::partly_shipped, OrderState::shipped,
      OrderState::completed));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<OrderId>() : rows->front();
}

Result<bool> has_bought(Transaction& tx, AccountId buyer) {
  auto rows = tx.query(
      "SELECT 1 FROM orders WHERE shop_id = $1 AND buyer = $2 AND paid_ms IS NOT NULL LIMIT 1", kShop, buyer);
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<int64_t> open_orders(Transaction& tx, AccountId buyer) {
  auto rows = tx.query("SELECT COUNT(*) FROM orders WHERE shop_id = $1 AND buyer = $2 AND state IN (0, 1)",
                       kShop, buyer);
  if (!rows) return rows.error();
  return rows->front().integer(0);
}

Result<std::vector<OrderId>> due_orders(Transaction& tx, BootTime now, size_t limit) {
  return read_ids(
      tx.query("SELECT order_id FROM orders WHERE shop_id = $1 AND state = 0 AND pay_by_boot_id = $2 "
               "AND pay_by_boot_ms <= $3 ORDER BY pay_by_boot_ms LIMIT $4",
               kShop, now.boot_id, now.ms, limit));
}

Result<std::vector<OrderId>> silent_orders(Transaction& tx, WallTime since, size_t limit) {
  return read_ids(
      tx.query("SELECT order_id FROM orders WHERE shop_id = $1 AND state = 1 AND closing_ms <= $2 "
               "ORDER BY order_id LIMIT $3",
               kShop, since, limit));
}

Result<std::optional<BootMark>> read_mark(Transaction& tx) {
  auto rows = tx.query("SELECT boot_ms, boot_id FROM boot_mark WHERE shop_id = $1", kShop);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<BootMark>();
  return std::optional(BootMark{rows->front().integer(0), static_cast<uint64_t>(rows->front().integer(1))});
}

Result<void> write_mark(Transaction& tx, WallTime wall, BootTime now) {
  auto last = read_mark(tx);
  if (!last) return last.error();
  if (*last && (*last)->boot_id != now.boot_id) {
    auto rows = tx.query(
        "SELECT order_id, pay_by_ms, pay_by_boot_ms, pay_by_boot_id FROM orders "
        "WHERE shop_id = $1 AND state = 0 AND pay_by_boot_id <> $2",
        kShop, now.boot_id);
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
      const Deadline before{row.time(1), row.integer(2), static_cast<uint64_t>(row.integer(3))};
      const Deadline after = rebased(before, **last, wall, now);
      if (auto set = set_deadline(tx, row.id<OrderId>(0), after); !set) return set.error();
    }
  }
  return done(
      tx.execute("INSERT INTO boot_mark (shop_id, boot_ms, boot_id) VALUES ($1, $2, $3) "
                 "ON CONFLICT (shop_id) DO UPDATE SET boot_ms = excluded.boot_ms, boot_id = excluded.boot_id",
                 kShop, now.ms, now.boot_id));
}

}  // namespace vitrine
