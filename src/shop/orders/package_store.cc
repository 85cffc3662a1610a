#include "shop/orders/package_store.h"

#include <algorithm>

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

Result<void> read_lines(Transaction& tx, OrderId order, Package& package) {
  auto rows = tx.query(
      "SELECT line, units FROM package_line WHERE shop_id = $1 AND order_id = $2 AND package = $3 "
      "ORDER BY line",
      kShop, order, package.package);
  if (!rows) return rows.error();
  for (const Row& row : *rows) package.lines.push_back({row.integer(0), row.integer(1)});
  return {};
}

Result<void> read_track(Transaction& tx, OrderId order, Package& package) {
  auto rows = tx.query(
      "SELECT state, text, at_ms FROM track WHERE shop_id = $1 AND order_id = $2 AND package = $3 "
      "ORDER BY at_ms, n",
      kShop, order, package.package);
  if (!rows) return rows.error();
  for (const Row& row : *rows)
    package.track.push_back({static_cast<TrackState>(row.integer(0)), row.text(1), row.time(2)});
  return {};
}

}  // namespace

Result<std::vector<Package>> packages_of(Transaction& tx, OrderId order) {
  auto rows = tx.query(
      "SELECT package, carrier, tracking, shipped_ms FROM package WHERE shop_id = $1 AND order_id = $2 "
      "ORDER BY package",
      kShop, order);
  if (!rows) return rows.error();
  std::vector<Package> out;
  for (const Row& row : *rows) {
    Package package{
        .package = row.integer(0), .carrier = row.text(1), .tracking = row.text(2), .shipped = row.time(3)};
    if (auto read = read_lines(tx, order, package); !read) return read.error();
    if (auto read = read_track(tx, order, package); !read) return read.error();
    out.push_back(std::move(package));
  }
  return out;
}

Result<void> insert_package(Transaction& tx, OrderId order, const Package& package) {
  auto put = tx.execute(
      "INSERT INTO package (shop_id, order_id, package, carrier, tracking, shipped_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      kShop, order, package.package, package.carrier, package.tracking, package.shipped);
  if (!put) return put.error();
  for (const Packed& line : package.lines) {
    put = tx.execute(
        "INSERT INTO package_line (shop_id, order_id, package, line, units) VALUES ($1, $2, $3, $4, $5)",
        kShop, order, package.package, line.line, line.units);
    if (!put) return put.error();
  }
  return {};
}

Result<void> readdress_package(Transaction& tx, OrderId order, const Package& package) {
  auto changed = tx.execute(
      "UPDATE package SET carrier = $4, tracking = $5 WHERE shop_id = $1 AND order_id = $2 AND package = $3",
      kShop, order, package.package, package.carrier, package.tracking);
  if (!changed) return changed.error();
  if (*changed == 0) return Error{ErrorKind::not_found, "shop.package"};
  return {};
}

Result<void> add_track(Transaction& tx, OrderId order, int64_t package, const TrackPoint& point,
                       const std::string& actor) {
  auto rows = tx.query(
      "SELECT (SELECT COUNT(*) FROM package WHERE shop_id = $1 AND order_id = $2 AND package = $3), "
      "(SELECT COUNT(*) FROM track WHERE shop_id = $1 AND order_id = $2 AND package = $3)",
      kShop, order, package);
  if (!rows) return rows.error();
  if (rows->front().integer(0) == 0) return Error{ErrorKind::not_found, "shop.package"};
  const int64_t known = rows->front().integer(1);
  if (known >= kTracksMax) return Error{ErrorKind::conflict, "shop.track_full"};
  auto put = tx.execute(
      "INSERT INTO track (shop_id, order_id, package, n, state, text, at_ms, actor) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kShop, order, package, known + 1, point.state, point.text, point.at, actor);
  if (!put) return put.error();
  return {};
}

std::vector<Packed> packed_lines(const std::vector<Package>& packages) {
  std::vector<Packed> out;
  for (const Package& package : packages) out.insert(out.end(), package.lines.begin(), package.lines.end());
  return out;
}

}  // namespace vitrine
