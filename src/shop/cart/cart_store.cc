#include "shop/cart/cart_store.h"

#include <algorithm>

#include "shop/gate/shop_id.h"

namespace vitrine {

Result<std::vector<CartLine>> cart_of(Transaction& tx, const std::string& viewer) {
  auto rows = tx.query(
      "SELECT sku, quantity FROM cart_line WHERE shop_id = $1 AND viewer = $2 ORDER BY added_ms, sku LIMIT "
      "$3",
      kShop, viewer, kCartLinesMax);
  if (!rows) return rows.error();
  std::vector<CartLine> out;
  for (const Row& row : *rows) out.push_back({row.id<SkuId>(0), row.integer(1)});
  return out;
}

Result<void> set_cart_line(Transaction& tx, const std::string& viewer, CartLine line, WallTime at) {
  auto done = line.quantity <= 0
                  ? tx.execute("DELETE FROM cart_line WHERE shop_id = $1 AND viewer = $2 AND sku = $3", kShop,
                               viewer, line.sku)
                  : tx.execute(
                        "INSERT INTO cart_line (shop_id, viewer, sku, quantity, added_ms) "
                        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (shop_id, viewer, sku) "
                        "DO UPDATE SET quantity = excluded.quantity",
                        kShop, viewer, line.sku, line.quantity, at);
  if (!done) return done.error();
  return {};
}

Result<void> take_from_cart(Transaction& tx, const std::string& viewer, CartLine ordered, WallTime at) {
  auto lines = cart_of(tx, viewer);
  if (!lines) return lines.error();
  for (const CartLine& line : *lines) {
    if (line.sku != ordered.sku) continue;
    return set_cart_line(tx, viewer, {line.sku, line.quantity - ordered.quantity}, at);
  }
  return {};
}

Result<void> merge_carts(Transaction& tx, const std::string& guest, const std::string& account) {
  auto moved = tx.execute(
      "INSERT INTO cart_line (shop_id, viewer, sku, quantity, added_ms) "
      "SELECT shop_id, $3, sku, quantity, added_ms FROM cart_line WHERE shop_id = $1 AND viewer = $2 "
      "ON CONFLICT (shop_id, viewer, sku) "
      "DO UPDATE SET quantity = CASE WHEN cart_line.quantity + excluded.quantity > $4 THEN $4 "
      "ELSE cart_line.quantity + excluded.quantity END",
      kShop, guest, account, kCartQuantityMax);
  if (!moved) return moved.error();
  auto gone = tx.execute("DELETE FROM cart_line WHERE shop_id = $1 AND viewer = $2", kShop, guest);
  if (!gone) return gone.error();
  return {};
}

}  // namespace vitrine
