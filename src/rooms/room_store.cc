#include "rooms/room_store.h"

#include "rooms/access_store.h"
#include "rooms/coupon_drop_store.h"
#include "rooms/follow_book.h"
#include "rooms/moderation_store.h"
#include "rooms/poll_store.h"
#include "rooms/question_store.h"
#include "rooms/review_hook.h"
#include "rooms/session_store.h"
#include "store/idempotency.h"

namespace vitrine {
namespace {

constexpr std::string_view kRooms = R"sql(
CREATE TABLE rooms (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, number BIGINT NOT NULL UNIQUE,
  title TEXT NOT NULL, host_name TEXT NOT NULL, stream TEXT NOT NULL, created_ms BIGINT NOT NULL,
  epoch BIGINT NOT NULL, now_showing TEXT NOT NULL, showcase_version BIGINT NOT NULL,
  selling BIGINT NOT NULL, chat BIGINT NOT NULL,
  PRIMARY KEY (room));
CREATE TABLE room_control (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
  body TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, epoch, seq));
CREATE TABLE room_stock (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, sku BIGINT NOT NULL,
  free BIGINT NOT NULL, held BIGINT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (room, sku));
CREATE TABLE room_mutes (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
  until_ms BIGINT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (room, account));
CREATE TABLE room_words (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, place BIGINT NOT NULL, word TEXT NOT NULL,
  PRIMARY KEY (room, place));
)sql";

constexpr std::string_view kFlashSales = R"sql(
CREATE TABLE room_flash_sale (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, sale BIGINT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (room, sale));
CREATE TABLE room_flash_stock (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, sale BIGINT NOT NULL, sku BIGINT NOT NULL,
  free BIGINT NOT NULL, held BIGINT NOT NULL, sold BIGINT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (room, sale, sku));
)sql";

constexpr std::string_view kChat = R"sql(
CREATE TABLE chat (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
  message BIGINT NOT NULL, author TEXT NOT NULL, name TEXT NOT NULL, role BIGINT,
  text TEXT NOT NULL, at_ms BIGINT NOT NULL, deleted BIGINT NOT NULL,
  PRIMARY KEY (room, epoch, seq));
CREATE INDEX chat_message ON chat (room, message);
CREATE TABLE room_likes (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, likes BIGINT NOT NULL, PRIMARY KEY (room));
)sql";

// The answer of a statement whose count does not matter.
Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

std::optional<LiveSessionId> session_of(const std::optional<LiveMoment>& moment) {
  return moment ? std::optional(moment->session) : std::nullopt;
}
std::optional<int64_t> t_of(const std::optional<LiveMoment>& moment) {
  return moment ? std::optional(moment->t_ms) : std::nullopt;
}

RoomRecord room_record(const Row& row) {
  return {.room = row.text(0),
          .title = row.text(1),
          .host_name = row.text(2),
          .stream = row.text(3),
          .created = row.time(4),
          .epoch = row.integer(5),
          .number = row.integer(6),
          .now_showing = row.text(7),
          .showcase_version = row.integer(8),
          .capabilities = {.selling = row.integer(9) != 0, .chat = row.integer(10) != 0}};
}

StoredChat stored_chat(const Row& row) {
  const auto role = row.maybe_integer(5);
  return {.at = {row.integer(0), row.integer(1)},
          .line = {.id = row.id<MessageId>(2),
                   .from = {.id = row.text(3),
                            .name = row.text(4),
                            .role = role ? std::optional(static_cast<Role>(*role)) : std::nullopt},
                   .text = row.text(6),
                   .at = row.time(7)}};
}

// The first column of every row.
Result<std::vector<std::string>> texts(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const Row& row : *rows) out.push_back(row.text(0));
  return out;
}

}  // namespace

std::vector<Migration> rooms_migrations() {
  static const std::string seventh = std::string(kFollowTables) + std::string(kReviewTables);
  static const std::string tenth = std::string(kAccessSealed) + ";" + std::string(kReviewSealed) + ";";
  static const std::string first = std::string(kRooms) + std::string(kIdempotencyTable);
  return {
      {1, first},       {2, kFlashSales}, {3, kModerationTables}, {4, kAccessTables},     {5, kLiveTables},
      {6, kPollTables}, {7, seventh},     {8, kQuestionTables},   {9, kCouponDropTables}, {10, tenth}};
}

std::vector<Migration> chat_migrations() {
  return {{1, kChat}, {2, kChatLiveTables}};
}

Result<std::vector<RoomRecord>> raise_epochs(Transaction& tx) {
  if (auto raised = tx.execute("UPDATE rooms SET epoch = epoch + 1"); !raised) return raised.error();
  const auto rows = tx.query(
      "SELECT room, title, host_name, stream, created_ms, epoch, number, now_showing, showcase_version,"
      " selling, chat FROM rooms ORDER BY number");
  if (!rows) return rows.error();
  std::vector<RoomRecord> out;
  for (const Row& row : *rows) out.push_back(room_record(row));
  return out;
}

Result<int64_t> insert_room(Transaction& tx, const RoomRecord& room) {
  const auto last = tx.query("SELECT coalesce(max(number), 0) FROM rooms");
  if (!last) return last.error();
  const int64_t number = last->front().integer(0) + 1;
  const auto added = tx.execute(
      "INSERT INTO rooms (shop_id, room, number, title, host_name, stream, created_ms, epoch, now_showing,"
      " showcase_version, selling, chat) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      room.room, number, room.title, room.host_name, room.stream, room.created, room.epoch, room.now_showing,
      room.showcase_version, room.capabilities.selling, room.capabilities.chat);
  if (!added && added.error().reason == "store.unique") return Error{ErrorKind::conflict, "rooms.exists"};
  if (!added) return added.error();
  return number;
}

Result<std::optional<std::string>> room_by_number(Transaction& tx, int64_t number) {
  auto names = texts(tx.query("SELECT room FROM rooms WHERE number = $1", number));
  if (!names) return names.error();
  return names->empty() ? std::optional<std::string>() : std::optional(names->front());
}

Result<void> update_room(Transaction& tx, const std::string& room, const std::string& title,
                         const std::string& host_name) {
  return done(
      tx.execute("UPDATE rooms SET title = $2, host_name = $3 WHERE room = $1", room, title, host_name));
}

Result<std::vector<std::string>> room_names(Transaction& tx) {
  return texts(tx.query("SELECT room FROM rooms ORDER BY number"));
}

Result<void> set_now_showing(Transaction& tx, const std::string& room, const std::string& json) {
  return done(tx.execute("UPDATE rooms SET now_showing = $2 WHERE room = $1", room, json));
}

Result<void> set_showcase_version(Transaction& tx, const std::string& room, int64_t version) {
  return done(tx.execute("UPDATE rooms SET showcase_version = $2 WHERE room = $1", room, version));
}

Result<void> set_capabilities(Transaction& tx, Capabilities capabilities) {
  return done(
      tx.execute("UPDATE rooms SET selling = $1, chat = $2", capabilities.selling, capabilities.chat));
}

Result<void> insert_control(Transaction& tx, const std::string& room, const ControlRow& row, WallTime now) {
  return done(tx.execute(
      "INSERT INTO room_control (shop_id, room, epoch, seq, body, at_ms, session, t_ms, practice)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8)",
      room, row.at.epoch, row.at.seq, row.body, now, session_of(row.moment), t_of(row.moment), row.practice));
}

Result<std::vector<ControlRow>> control_rows(Transaction& tx, const std::string& room, RoomPosition after,
                                             RoomPosition to) {
  const auto rows = tx.query(
      "SELECT epoch, seq, body FROM room_control WHERE room = $1 AND practice = 0"
      " AND (epoch > $2 OR (epoch = $2 AND seq > $3)) AND (epoch < $4 OR (epoch = $4 AND seq <= $5))"
      " ORDER BY epoch DESC, seq DESC LIMIT $6",
      room, after.epoch, after.seq, to.epoch, to.seq, kControlRowsMax);
  if (!rows) return rows.error();
  std::vector<ControlRow> out;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row)
    out.push_back({{row->integer(0), row->integer(1)}, row->text(2)});
  return out;
}

Result<bool> control_exists(Transaction& tx, const std::string& room, RoomPosition at) {
  const auto rows = tx.query("SELECT 1 FROM room_control WHERE room = $1 AND epoch = $2 AND seq = $3", room,
                             at.epoch, at.seq);
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<void> set_stock(Transaction& tx, const std::string& room, SkuId sku, const StockLevel& level) {
  return done(
      tx.execute("INSERT INTO room_stock (shop_id, room, sku, free, held, version)"
                 " VALUES ('default', $1, $2, $3, $4, $5) ON CONFLICT (room, sku) DO UPDATE SET"
                 " free = excluded.free, held = excluded.held, version = excluded.version"
                 " WHERE excluded.version > room_stock.version",
                 room, sku, level.free, level.held, level.version));
}

Result<std::map<SkuId, StockLevel>> stock_of(Transaction& tx, const std::string& room) {
  const auto rows = tx.query("SELECT sku, free, held, version FROM room_stock WHERE room = $1", room);
  if (!rows) return rows.error();
  std::map<SkuId, StockLevel> out;
  for (const Row& row : *rows) out[row.id<SkuId>(0)] = {row.integer(1), row.integer(2), row.integer(3)};
  return out;
}

Result<void> set_flash_sale(Transaction& tx, const std::string& room, FlashSaleId sale,
                            const std::string& json) {
  if (!json.empty()) {
    return done(
        tx.execute("INSERT INTO room_flash_sale (shop_id, room, sale, json) VALUES ('default', $1, $2, $3)"
                   " ON CONFLICT (room, sale) DO UPDATE SET json = excluded.json",
                   room, sale, json));
  }
  for (const char* sql : {"DELETE FROM room_flash_sale WHERE room = $1 AND sale = $2",
                          "DELETE FROM room_flash_stock WHERE room = $1 AND sale = $2"}) {
    if (auto gone = tx.execute(sql, room, sale); !gone) return gone.error();
  }
  return {};
}

Result<std::map<FlashSaleId, std::string>> flash_sales_of(Transaction& tx, const std::string& room) {
  const auto rows = tx.query("SELECT sale, json FROM room_flash_sale WHERE room = $1", room);
  if (!rows) return rows.error();
  std::map<FlashSaleId, std::string> out;
  for (const Row& row : *rows) out[row.id<FlashSaleId>(0)] = row.text(1);
  return out;
}

Result<void> set_flash_stock(Transaction& tx, const std::string& room, FlashKey key,
                             const FlashLevel& level) {
  return done(
      tx.execute("INSERT INTO room_flash_stock (shop_id, room, sale, sku, free, held, sold, version)"
                 " VALUES ('default', $1, $2, $3, $4, $5, $6, $7) ON CONFLICT (room, sale, sku) DO UPDATE SET"
                 " free = excluded.free, held = excluded.held, sold = excluded.sold,"
                 " version = excluded.version WHERE excluded.version > room_flash_stock.version",
                 room, key.first, key.second, level.free, level.held, level.sold, level.version));
}

Result<FlashLevels> flash_stock_of(Transaction& tx, const std::string& room) {
  const auto rows =
      tx.query("SELECT sale, sku, free, held, sold, version FROM room_flash_stock WHERE room = $1", room);
  if (!rows) return rows.error();
  FlashLevels out;
  for (const Row& row : *rows) {
    out[{row.id<FlashSaleId>(0), row.id<SkuId>(1)}] = {row.integer(2), row.integer(3), row.integer(4),
                                                       row.integer(5)};
  }
  return out;
}

Result<void> set_words(Transaction& tx, const std::string& room, const std::vector<std::string>& words) {
  if (auto cleared = tx.execute("DELETE FROM room_words WHERE room = $1", room); !cleared)
    return cleared.error();
  for (size_t place = 0; place < words.size(); ++place) {
    const auto added =
        tx.execute("INSERT INTO room_words (shop_id, room, place, word) VALUES ('default', $1, $2, $3)", room,
                   place, words[place]);
    if (!added) return added.error();
  }
  return {};
}

Result<std::vector<std::string>> words_of(Transaction& tx, const std::string& room) {
  return texts(tx.query("SELECT word FROM room_words WHERE room = $1 ORDER BY place", room));
}

Result<void> insert_chat(Transaction& tx, const std::string& room, const StoredChat& chat) {
  return done(tx.execute(
      "INSERT INTO chat (shop_id, room, epoch, seq, message, author, name, role, text, at_ms, deleted, "
      "session,"
      " t_ms) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)",
      room, chat.at.epoch, chat.at.seq, chat.line.id, chat.line.from.id, chat.line.from.name,
      chat.line.from.role, chat.line.text, chat.line.at, session_of(chat.moment), t_of(chat.moment)));
}

Result<void> delete_chat(Transaction& tx, const std::string& room, MessageId id) {
  return done(tx.execute("UPDATE chat SET deleted = 1 WHERE room = $1 AND message = $2", room, id));
}

Result<std::vector<StoredChat>> newest_chat(Transaction& tx, const std::string& room, int64_t count) {
  const auto rows = tx.query(
      "SELECT epoch, seq, message, author, name, role, text, at_ms FROM chat WHERE room = $1 AND deleted = 0"
      " ORDER BY epoch DESC, seq DESC LIMIT $2",
      room, count);
  if (!rows) return rows.error();
  std::vector<StoredChat> out;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) out.push_back(stored_chat(*row));
  return out;
}

Result<void> set_likes(Transaction& tx, const std::string& room, int64_t likes) {
  return done(
      tx.execute("INSERT INTO room_likes (shop_id, room, likes) VALUES ('default', $1, $2)"
                 " ON CONFLICT (room) DO UPDATE SET likes = excluded.likes",
                 room, likes));
}

Result<int64_t> likes_of(Transaction& tx, const std::string& room) {
  const auto rows = tx.query("SELECT likes FROM room_likes WHERE room = $1", room);
  if (!rows) return rows.error();
  return rows->empty() ? 0 : rows->front().integer(0);
}

}  // namespace vitrine
