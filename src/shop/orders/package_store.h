// The SQL of packages and their tracks. Every function runs inside the caller's transaction.
#pragma once

#include <string>
#include <vector>

#include "shop/orders/package_rules.h"
#include "store/transaction.h"

namespace vitrine {

// An order's one shipment became its first package; the columns it stood in stay for binaries a version back.
inline constexpr std::string_view kPackageTables = R"sql(
CREATE TABLE package (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, package BIGINT NOT NULL,
  carrier TEXT NOT NULL, tracking TEXT NOT NULL, shipped_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, order_id, package));
CREATE UNIQUE INDEX package_of_order ON package (shop_id, order_id, tracking);
CREATE INDEX package_tracking ON package (shop_id, tracking);
CREATE TABLE package_line (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, package BIGINT NOT NULL, line BIGINT NOT NULL,
  units BIGINT NOT NULL CHECK (units > 0),
  PRIMARY KEY (shop_id, order_id, package, line));
CREATE TABLE track (
  shop_id TEXT NOT NULL, order_id BIGINT NOT NULL, package BIGINT NOT NULL, n BIGINT NOT NULL,
  state INTEGER NOT NULL, text TEXT NOT NULL, at_ms BIGINT NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (shop_id, order_id, package, n));
INSERT INTO package (shop_id, order_id, package, carrier, tracking, shipped_ms)
  SELECT shop_id, order_id, 1, carrier, tracking, shipped_ms FROM orders WHERE carrier IS NOT NULL;
INSERT INTO package_line (shop_id, order_id, package, line, units)
  SELECT l.shop_id, l.order_id, 1, l.line, l.quantity FROM order_line l
  JOIN orders o ON o.shop_id = l.shop_id AND o.order_id = l.order_id
  WHERE o.carrier IS NOT NULL AND l.needs_shipping = 1;
INSERT INTO package_line (shop_id, order_id, package, line, units)
  SELECT shop_id, order_id, 1, 0, units FROM orders WHERE carrier IS NOT NULL AND units IS NOT NULL;
)sql";

inline constexpr int64_t kPackagesMax = 50;  // of one order
inline constexpr int64_t kTracksMax = 100;   // of one package

struct TrackPoint {
  TrackState state = TrackState::in_transit;
  std::string text{};  // "left the sorting centre"
  WallTime at{};
};

struct Package {
  int64_t package = 1;  // counted within its order, from 1
  std::string carrier{};
  std::string tracking{};
  WallTime shipped{};
  std::vector<Packed> lines{};
  std::vector<TrackPoint> track{};  // oldest first
};

// In the order they were sent.
Result<std::vector<Package>> packages_of(Transaction& tx, OrderId order);
Result<void> insert_package(Transaction& tx, OrderId order, const Package& package);
// Errors: `not_found` "shop.package"; `conflict` "store.unique" for a number another package has.
Result<void> readdress_package(Transaction& tx, OrderId order, const Package& package);
// Errors: `not_found` "shop.package", `conflict` "shop.track_full".
Result<void> add_track(Transaction& tx, OrderId order, int64_t package, const TrackPoint& point,
                       const std::string& actor);

// What is in packages, over all of them.
std::vector<Packed> packed_lines(const std::vector<Package>& packages);

}  // namespace vitrine
