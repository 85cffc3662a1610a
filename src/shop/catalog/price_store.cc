#include "shop/catalog/price_store.h"

#include <set>

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

constexpr std::string_view kEntryColumns =
    "e.number, e.sku, e.kind, e.tier, e.label, e.price, e.currency, e.from_ms, e.until_ms";
constexpr std::string_view kOpen = "e.from_ms <= $3 AND (e.until_ms IS NULL OR e.until_ms > $3) ";

constexpr std::string_view kTurned =
    "shop_id = $1 AND told < 2 AND from_ms <= $2 AND (told = 0 OR until_ms <= $2) ";

PriceEntry read_entry(const Row& row) {
  return {.number = row.integer(0),
          .sku = row.id<SkuId>(1),
          .kind = static_cast<PriceKind>(row.integer(2)),
          .tier = row.integer(3),
          .label = row.text(4),
          .price = {row.integer(5), Currency::parse(row.text(6)).value_or(Currency{})},
          .from = row.time(7),
          .until = row.is_null(8) ? std::nullopt : std::optional(row.time(8))};
}

Result<std::vector<PriceEntry>> read_entries(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<PriceEntry> out;
  for (const Row& row : *rows) out.push_back(read_entry(row));
  return out;
}

}  // namespace

Result<int64_t> insert_entry(Transaction& tx, ProductId product, PriceEntry entry, const PriceAct& act) {
  auto rows = tx.query(
      "SELECT (SELECT COUNT(*) FROM price_entry WHERE shop_id = $1), "
      "(SELECT COUNT(*) FROM price_entry WHERE shop_id = $1 AND product = $2 "
      "AND (until_ms IS NULL OR until_ms > $3))",
      kShop, product, act.at);
  if (!rows) return rows.error();
  if (rows->front().integer(1) >= kPricesOfProductMax) return Error{ErrorKind::conflict, "shop.prices_full"};
  entry.number = kFirstPriceNumber + rows->front().integer(0);  // entries are never deleted
  auto put = tx.execute(
      "INSERT INTO price_entry (shop_id, number, product, sku, kind, tier, label, price, currency, from_ms, "
      "until_ms, actor, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      kShop, entry.number, product, entry.sku, entry.kind, entry.tier, entry.label, entry.price.amount,
      entry.price.currency.str(), entry.from, entry.until, act.actor, act.at);
  if (!put) return put.error();
  return entry.number;
}

Result<void> end_entry(Transaction& tx, ProductId product, int64_t number, WallTime now) {
  auto changed = tx.execute(
      "UPDATE price_entry SET until_ms = CASE WHEN until_ms IS NULL OR until_ms > $4 THEN $4 "
      "ELSE until_ms END WHERE shop_id = $1 AND product = $2 AND number = $3",
      kShop, product, number, now);
  if (!changed) return changed.error();
  if (*changed == 0) return Error{ErrorKind::not_found, "shop.price"};
  return {};
}

Result<std::vector<PriceEntry>> prices_of_product(Transaction& tx, ProductId product, WallTime now) {
  return read_entries(tx.query("SELECT " + std::string(kEntryColumns) +
                                   " FROM price_entry e WHERE e.shop_id = $1 AND e.product = $2 "
                                   "AND (e.until_ms IS NULL OR e.until_ms > $3) ORDER BY e.number LIMIT $4",
                               kShop, product, now, kPricesOfProductMax));
}

Result<bool> any_turned_price(Transaction& tx, WallTime now) {
  auto rows = tx.query("SELECT 1 FROM price_entry WHERE " + std::string(kTurned) + "LIMIT 1", kShop, now);
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<std::vector<ProductId>> take_turned_prices(Transaction& tx, WallTime now, size_t limit) {
  auto rows = tx.query(
      "SELECT number, product, CASE WHEN until_ms IS NOT NULL AND until_ms <= $2 THEN 2 ELSE 1 END "
      "FROM price_entry WHERE " +
          std::string(kTurned) + "ORDER BY from_ms LIMIT $3",
      kShop, now, limit);
  if (!rows) return rows.error();
  std::set<ProductId> products;
  for (const Row& row : *rows) {
    products.insert(row.id<ProductId>(1));
    auto told = tx.execute("UPDATE price_entry SET told = $3 WHERE shop_id = $1 AND number = $2", kShop,
                           row.integer(0), row.integer(2));
    if (!told) return told.error();
  }
  return std::vector<ProductId>(products.begin(), products.end());
}

Result<std::vector<PriceEntry>> open_prices(Transaction& tx, SkuId sku, WallTime now) {
  return read_entries(tx.query("SELECT " + std::string(kEntryColumns) +
                                   " FROM price_entry e WHERE e.shop_id = $1 AND e.sku = $2 AND " +
                                   std::string(kOpen) + "LIMIT $4",
                               kShop, sku, now, kPricesOfProductMax));
}

Result<PricesBySku> open_prices_of_room(Transaction& tx, const std::string& room, WallTime now) {
  auto entries =
      read_entries(tx.query("SELECT " + std::string(kEntryColumns) +
                                " FROM showcase_item i JOIN price_entry e ON e.shop_id = i.shop_id "
                                "AND e.product = i.product WHERE i.shop_id = $1 AND i.room = $2 AND " +
                                std::string(kOpen) + "ORDER BY e.number",
                            kShop, room, now));
  if (!entries) return entries.error();
  PricesBySku out;
  for (PriceEntry& entry : *entries) out[entry.sku].push_back(std::move(entry));
  return out;
}

Result<Offer> find_offer_for(Transaction& tx, SkuId sku, PriceEyes eyes) {
  auto offer = find_offer(tx, sku);
  if (!offer) return offer;
  auto entries = open_prices(tx, sku, eyes.now);
  if (!entries) return entries.error();
  const auto entry = price_in_force(*entries, offer->price, eyes);
  if (!entry) return offer;
  offer->price = entry->price;
  offer->price_version = entry->number;
  offer->price_kind = entry->kind;
  offer->price_label = entry->label;
  return offer;
}

}  // namespace vitrine
