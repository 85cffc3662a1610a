// The SQL of carts. A cart belongs to a viewer id, guest ("gst_...") or account ("usr_...").
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kCartTables = R"sql(
CREATE TABLE cart_line (
  shop_id TEXT NOT NULL, viewer TEXT NOT NULL, sku BIGINT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0), added_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, viewer, sku));
)sql";

inline constexpr int64_t kCartQuantityMax = 99;
inline constexpr size_t kCartLinesMax = 100;

struct CartLine {
  SkuId sku{};
  int64_t quantity = 0;
};

Result<std::vector<CartLine>> cart_of(Transaction& tx, const std::string& viewer);
// 0 removes the line.
Result<void> set_cart_line(Transaction& tx, const std::string& viewer, CartLine line, WallTime at);
// Takes what was ordered out of the cart.
Result<void> take_from_cart(Transaction& tx, const std::string& viewer, CartLine ordered, WallTime at);
// Gives a guest's cart to an account: quantities add up, to kCartQuantityMax at most. Doing it twice
// changes nothing: the guest's cart is empty then.
Result<void> merge_carts(Transaction& tx, const std::string& guest, const std::string& account);

}  // namespace vitrine
