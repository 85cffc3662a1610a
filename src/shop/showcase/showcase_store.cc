#include "shop/showcase/showcase_store.h"

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Result<std::vector<std::string>> texts(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const Row& row : *rows) out.push_back(row.text(0));
  return out;
}

std::optional<int64_t> epoch_of(const std::optional<MediaTime>& media) {
  return media ? std::optional(media->epoch) : std::nullopt;
}
std::optional<int64_t> pts_of(const std::optional<MediaTime>& media) {
  return media ? std::optional(media->pts) : std::nullopt;
}

}  // namespace

Result<ShowcaseVersions> showcase_versions(Transaction& tx, const std::string& room) {
  auto rows =
      tx.query("SELECT version, showing_version FROM showcase WHERE shop_id = $1 AND room = $2", kShop, room);
  if (!rows) return rows.error();
  if (rows->empty()) return ShowcaseVersions{};
  return ShowcaseVersions{rows->front().integer(0), rows->front().integer(1)};
}

Result<int64_t> raise_list_version(Transaction& tx, const std::string& room) {
  auto put = tx.execute(
      "INSERT INTO showcase (shop_id, room, version, showing_version) VALUES ($1, $2, 1, 0) "
      "ON CONFLICT (shop_id, room) DO UPDATE SET version = showcase.version + 1",
      kShop, room);
  if (!put) return put.error();
  auto now = showcase_versions(tx, room);
  if (!now) return now.error();
  return now->list;
}

Result<int64_t> raise_showing_version(Transaction& tx, const std::string& room) {
  auto put = tx.execute(
      "INSERT INTO showcase (shop_id, room, version, showing_version) VALUES ($1, $2, 0, 1) "
      "ON CONFLICT (shop_id, room) DO UPDATE SET showing_version = showcase.showing_version + 1",
      kShop, room);
  if (!put) return put.error();
  auto now = showcase_versions(tx, room);
  if (!now) return now.error();
  return now->showing;
}

Result<std::vector<ShowcaseItem>> showcase_items(Transaction& tx, const std::string& room) {
  auto rows =
      tx.query("SELECT product, number FROM showcase_item WHERE shop_id = $1 AND room = $2 ORDER BY number",
               kShop, room);
  if (!rows) return rows.error();
  std::vector<ShowcaseItem> out;
  for (const Row& row : *rows) out.push_back({row.id<ProductId>(0), row.integer(1)});
  return out;
}

Result<void> replace_items(Transaction& tx, const std::string& room, const std::vector<ProductId>& products) {
  auto gone = tx.execute("DELETE FROM showcase_item WHERE shop_id = $1 AND room = $2", kShop, room);
  if (!gone) return gone.error();
  for (size_t at = 0; at < products.size(); ++at) {
    auto put =
        tx.execute("INSERT INTO showcase_item (shop_id, room, product, number) VALUES ($1, $2, $3, $4)",
                   kShop, room, products[at], at + 1);
    if (!put) return put.error();
  }
  return {};
}

Result<void> remove_item(Transaction& tx, const std::string& room, ProductId product) {
  return done(tx.execute("DELETE FROM showcase_item WHERE shop_id = $1 AND room = $2 AND product = $3", kShop,
                         room, product));
}

Result<std::vector<std::string>> rooms_with_product(Transaction& tx, ProductId product) {
  return texts(tx.query("SELECT room FROM showcase_item WHERE shop_id = $1 AND product = $2 ORDER BY room",
                        kShop, product));
}

Result<std::vector<std::string>> rooms_with_sku(Transaction& tx, SkuId sku) {
  return texts(
      tx.query("SELECT i.room FROM showcase_item i "
               "JOIN sku s ON s.shop_id = i.shop_id AND s.product = i.product "
               "WHERE i.shop_id = $1 AND s.sku = $2 ORDER BY i.room",
               kShop, sku));
}

Result<std::optional<Showing>> showing_now(Transaction& tx, const std::string& room) {
  auto rows = tx.query(
      "SELECT showing, product, started_ms, start_epoch, start_pts FROM showing "
      "WHERE shop_id = $1 AND room = $2 AND ended_ms IS NULL",
      kShop, room);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Showing>();
  const Row& row = rows->front();
  Showing showing{.showing = row.integer(0), .product = row.id<ProductId>(1), .started = row.time(2)};
  if (!row.is_null(3)) showing.media = MediaTime{row.integer(3), row.integer(4)};
  return std::optional(showing);
}

Result<void> start_showing(Transaction& tx, const std::string& room, const Showing& showing,
                           const std::string& actor) {
  return done(
      tx.execute("INSERT INTO showing (shop_id, showing, room, product, actor, started_ms, start_epoch, "
                 "start_pts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                 kShop, showing.showing, room, showing.product, actor, showing.started,
                 epoch_of(showing.media), pts_of(showing.media)));
}

Result<void> end_showing(Transaction& tx, const Showing& showing, const ShowingMoment& end) {
  return done(
      tx.execute("UPDATE showing SET ended_ms = $3, end_epoch = $4, end_pts = $5 "
                 "WHERE shop_id = $1 AND showing = $2",
                 kShop, showing.showing, end.at, epoch_of(end.media), pts_of(end.media)));
}

}  // namespace vitrine
