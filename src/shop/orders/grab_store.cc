#include "shop/orders/grab_store.h"

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

FoundGrab read_grab(const Row& row) {
  return {.order = row.id<OrderId>(0),
          .grab = {row.id<FlashSaleId>(1), row.id<PoolId>(2), row.integer(3)},
          .total = {row.integer(4), Currency::parse(row.text(5)).value_or(Currency{})},
          .pay_by = row.time(6),
          .state = static_cast<OrderState>(row.integer(7))};
}
constexpr std::string_view kGrabColumns = "order_id, sale, pool, units, total, currency, pay_by_ms, state ";

Result<std::optional<FoundGrab>> first_grab(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<FoundGrab>();
  return std::optional(read_grab(rows->front()));
}

}  // namespace

Result<void> insert_grabs(Transaction& tx, const std::string& room, std::span<const NewGrab> grabs) {
  constexpr size_t kColumnCount = 19;
  std::vector<SqlValue> values;
  values.reserve(grabs.size() * kColumnCount);
  for (const NewGrab& grab : grabs) {
    const auto add = [&values](auto&&... each) { (values.push_back(to_sql(each)), ...); };
    add(kShop, grab.order, grab.buyer, grab.buyer_masked, room, OrderState::pending_payment, grab.test,
        grab.total.currency.str(), grab.total.amount, 0, grab.created, grab.pay_by.wall, grab.pay_by.boot_ms,
        grab.pay_by.boot_id, grab.grab.sale, grab.grab.pool, grab.grab.units, grab.key, 1);
  }
  return tx.execute_rows(
      "INSERT INTO orders (shop_id, order_id, buyer, buyer_masked, room, state, test, currency, items, "
      "discount, shipping, total, created_ms, pay_by_ms, pay_by_boot_ms, pay_by_boot_id, sale, pool, units, "
      "grab_key, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $9, $11, $12, $13, $14, $15, "
      "$16, $17, $18, $19)",
      kColumnCount, values);
}

Result<void> insert_shared_line(Transaction& tx, PoolId pool, const OrderLine& line) {
  auto put = tx.execute(
      "INSERT INTO shared_line (shop_id, pool, sku, product, name, variant, picture, unit_price) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kShop, pool, line.sku, line.product, line.name, line.variant, line.picture, line.unit_price.amount);
  if (!put) return put.error();
  return {};
}

Result<std::optional<FoundGrab>> find_grab(Transaction& tx, FlashSaleId sale, AccountId buyer,
                                           const std::string& key) {
  return first_grab(
      tx.query("SELECT " + std::string(kGrabColumns) +
                   "FROM orders WHERE shop_id = $1 AND sale = $2 AND buyer = $3 AND grab_key = $4",
               kShop, sale, buyer, key));
}

Result<std::optional<FoundGrab>> newest_grab(Transaction& tx, FlashSaleId sale, AccountId buyer) {
  return first_grab(tx.query("SELECT " + std::string(kGrabColumns) +
                                 "FROM orders WHERE shop_id = $1 AND sale = $2 AND buyer = $3 "
                                 "ORDER BY order_id DESC LIMIT 1",
                             kShop, sale, buyer));
}

Result<std::vector<BuyerUnits>> buyers_of_sale(Transaction& tx, FlashSaleId sale) {
  auto rows = tx.query(
      "SELECT buyer, SUM(CASE WHEN state = 5 THEN 0 ELSE units END) FROM orders "
      "WHERE shop_id = $1 AND sale = $2 GROUP BY buyer",
      kShop, sale);
  if (!rows) return rows.error();
  std::vector<BuyerUnits> out;
  for (const Row& row : *rows) out.push_back({row.id<AccountId>(0), row.integer(1)});
  return out;
}

}  // namespace vitrine
