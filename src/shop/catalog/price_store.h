// The SQL of the price list. Every function runs inside the caller's transaction.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shop/catalog/catalog_store.h"
#include "shop/catalog/price_rules.h"
#include "store/transaction.h"

namespace vitrine {

// `told` counts the changes rooms have heard of: 1 it began, 2 it ended.
inline constexpr std::string_view kPriceTables = R"sql(
CREATE TABLE price_entry (
  shop_id TEXT NOT NULL, number BIGINT NOT NULL, product BIGINT NOT NULL, sku BIGINT NOT NULL,
  kind INTEGER NOT NULL, tier BIGINT NOT NULL, label TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0), currency TEXT NOT NULL,
  from_ms BIGINT NOT NULL, until_ms BIGINT, told INTEGER NOT NULL DEFAULT 0,
  actor TEXT NOT NULL, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, number));
CREATE INDEX price_entry_of_sku ON price_entry (shop_id, sku);
CREATE INDEX price_entry_of_product ON price_entry (shop_id, product);
CREATE INDEX price_entry_untold ON price_entry (shop_id, from_ms) WHERE told < 2;
ALTER TABLE order_line ADD COLUMN price_kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN price_label TEXT NOT NULL DEFAULT '';
)sql";

inline constexpr int64_t kPricesOfProductMax = 200;  // not over yet
// Above every version a base price will ever have: a price shown is known by one number.
inline constexpr int64_t kFirstPriceNumber = 1'000'000'001;

struct PriceAct {
  std::string actor{};
  WallTime at{};
};
// Gives the entry its number. Errors: `conflict` "shop.prices_full".
Result<int64_t> insert_entry(Transaction& tx, ProductId product, PriceEntry entry, const PriceAct& act);
// Ends it at `now` at the latest. Errors: `not_found` "shop.price".
Result<void> end_entry(Transaction& tx, ProductId product, int64_t number, WallTime now);
// Those that are not over at `now`, in the order they were made.
Result<std::vector<PriceEntry>> prices_of_product(Transaction& tx, ProductId product, WallTime now);
// Products with an entry that began or ended by `now` and whose rooms have not heard; takes them as told.
Result<std::vector<ProductId>> take_turned_prices(Transaction& tx, WallTime now, size_t limit);
// Whether there are any.
Result<bool> any_turned_price(Transaction& tx, WallTime now);

// The price list of a SKU, or of all SKUs of a room's products, as far as it is in force at `now`.
Result<std::vector<PriceEntry>> open_prices(Transaction& tx, SkuId sku, WallTime now);
using PricesBySku = std::map<SkuId, std::vector<PriceEntry>>;
Result<PricesBySku> open_prices_of_room(Transaction& tx, const std::string& room, WallTime now);

// The offer with the price that is in force for those eyes.
Result<Offer> find_offer_for(Transaction& tx, SkuId sku, PriceEyes eyes);

}  // namespace vitrine
