#include "rooms/coupon_drop_store.h"

#include <boost/json.hpp>

namespace vitrine {

const std::string_view kCouponDropTables = R"sql(
CREATE TABLE room_coupon_drops (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, coupon BIGINT NOT NULL, card TEXT NOT NULL, left_n BIGINT NOT NULL,
  open BIGINT NOT NULL, version BIGINT NOT NULL, at_ms BIGINT NOT NULL, ends_ms BIGINT NOT NULL,
  practice BIGINT NOT NULL, PRIMARY KEY (room, coupon));
CREATE INDEX room_coupon_drops_coupon ON room_coupon_drops (coupon);
)sql";

Result<void> keep_drop(Transaction& tx, const std::string& room, const CouponDrop& drop) {
  const auto gone =
      tx.execute("DELETE FROM room_coupon_drops WHERE room = $1 AND coupon = $2", room, drop.coupon);
  if (!gone) return gone.error();
  if (drop.withdrawn) return {};
  const auto kept = tx.execute(
      "INSERT INTO room_coupon_drops (shop_id, room, coupon, card, left_n, open, version, at_ms, ends_ms,"
      " practice) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9)",
      room, drop.coupon, boost::json::serialize(drop.card), drop.left, drop.open, drop.version, drop.at,
      drop.ends, drop.practice);
  if (!kept) return kept.error();
  return {};
}

Result<std::vector<CouponDrop>> drops_of(Transaction& tx, const std::string& room, WallTime now) {
  const auto rows = tx.query(
      "SELECT coupon, card, left_n, open, version, at_ms, ends_ms, practice FROM room_coupon_drops"
      " WHERE room = $1 AND ends_ms > $2 ORDER BY at_ms",
      room, now);
  if (!rows) return rows.error();
  std::vector<CouponDrop> out;
  for (const Row& row : *rows)
    out.push_back({.coupon = row.id<CouponId>(0),
                   .card = boost::json::parse(row.text(1)).as_object(),
                   .left = row.integer(2),
                   .open = row.integer(3) != 0,
                   .version = row.integer(4),
                   .at = row.time(5),
                   .ends = row.time(6),
                   .practice = row.integer(7) != 0});
  return out;
}

Result<void> set_drop_left(Transaction& tx, CouponId coupon, int64_t left, bool open, int64_t version) {
  const auto set = tx.execute(
      "UPDATE room_coupon_drops SET left_n = $2, open = $3, version = $4 WHERE coupon = $1 AND version < $4",
      coupon, left, open, version);
  if (!set) return set.error();
  return {};
}

}  // namespace vitrine
