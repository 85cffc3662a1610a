// The SQL of showcases and of what is being shown. Every function runs inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kShowcaseTables = R"sql(
CREATE TABLE showcase (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, version BIGINT NOT NULL, showing_version BIGINT NOT NULL,
  PRIMARY KEY (shop_id, room));
CREATE TABLE showcase_item (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, product BIGINT NOT NULL, number BIGINT NOT NULL,
  PRIMARY KEY (shop_id, room, product));
CREATE INDEX showcase_item_product ON showcase_item (shop_id, product);
CREATE TABLE showing (
  shop_id TEXT NOT NULL, showing BIGINT NOT NULL, room TEXT NOT NULL, product BIGINT NOT NULL,
  actor TEXT NOT NULL,
  started_ms BIGINT NOT NULL, start_epoch BIGINT, start_pts BIGINT,
  ended_ms BIGINT, end_epoch BIGINT, end_pts BIGINT,
  PRIMARY KEY (shop_id, showing));
CREATE UNIQUE INDEX showing_now ON showing (shop_id, room) WHERE ended_ms IS NULL;
)sql";

struct ShowcaseVersions {
  int64_t list = 0;
  int64_t showing = 0;
};

struct ShowcaseItem {
  ProductId product{};
  int64_t number = 0;
};

// One product explained in a room, from start to end, in server and media time.
struct Showing {
  int64_t showing = 0;
  ProductId product{};
  WallTime started{};
  std::optional<MediaTime> media{};
};

// A moment of a showing.
struct ShowingMoment {
  WallTime at{};
  std::optional<MediaTime> media{};
};

Result<ShowcaseVersions> showcase_versions(Transaction& tx, const std::string& room);
// Raises a version and answers the new value; makes the row on first use.
Result<int64_t> raise_list_version(Transaction& tx, const std::string& room);
Result<int64_t> raise_showing_version(Transaction& tx, const std::string& room);

Result<std::vector<ShowcaseItem>> showcase_items(Transaction& tx, const std::string& room);
Result<void> replace_items(Transaction& tx, const std::string& room, const std::vector<ProductId>& products);
Result<void> remove_item(Transaction& tx, const std::string& room, ProductId product);
Result<std::vector<std::string>> rooms_with_product(Transaction& tx, ProductId product);
Result<std::vector<std::string>> rooms_with_sku(Transaction& tx, SkuId sku);

Result<std::optional<Showing>> showing_now(Transaction& tx, const std::string& room);
Result<void> start_showing(Transaction& tx, const std::string& room, const Showing& showing,
                           const std::string& actor);
Result<void> end_showing(Transaction& tx, const Showing& showing, const ShowingMoment& end);

}  // namespace vitrine
