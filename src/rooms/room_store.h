// The rooms module's SQL: rooms.sqlite holds what must not be lost (rooms, control events, stock,
// words), chat.sqlite what may (chat lines, likes).
//
// Thread  inside a closure of the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rooms/live_session.h"
#include "rooms/room_events.h"
#include "store/database.h"

namespace vitrine {

std::vector<Migration> rooms_migrations();
std::vector<Migration> chat_migrations();

struct RoomRecord {
  std::string room;
  std::string title;
  std::string host_name;
  std::string stream;
  WallTime created;
  int64_t epoch = 1;
  int64_t number = 0;                // of creation, the effect an idempotency key names
  std::string now_showing = "null";  // JSON
  int64_t showcase_version = 0;
  Capabilities capabilities;
};

struct ControlRow {
  RoomPosition at;
  std::string body;
  std::optional<LiveMoment> moment{};  // on the line of the session it belongs to
  bool practice = false;               // of a rehearsal: nobody is told of it later
};

// Start-up: every room's epoch is raised, and so stored, before anything is shown in it.
Result<std::vector<RoomRecord>> raise_epochs(Transaction& tx);
// Errors: `conflict` "rooms.exists".
Result<int64_t> insert_room(Transaction& tx, const RoomRecord& room);
Result<std::optional<std::string>> room_by_number(Transaction& tx, int64_t number);
Result<void> update_room(Transaction& tx, const std::string& room, const std::string& title,
                         const std::string& host_name);
Result<std::vector<std::string>> room_names(Transaction& tx);

Result<void> set_now_showing(Transaction& tx, const std::string& room, const std::string& json);
Result<void> set_showcase_version(Transaction& tx, const std::string& room, int64_t version);
Result<void> set_capabilities(Transaction& tx, Capabilities capabilities);

// A control event is written before it is shown.
Result<void> insert_control(Transaction& tx, const std::string& room, const ControlRow& row, WallTime now);
// Those after `after` up to and including `to`, oldest first; at most kControlRowsMax, the newest.
inline constexpr int64_t kControlRowsMax = 2'000;
Result<std::vector<ControlRow>> control_rows(Transaction& tx, const std::string& room, RoomPosition after,
                                             RoomPosition to);
Result<bool> control_exists(Transaction& tx, const std::string& room, RoomPosition at);

// Only a newer version changes what is kept.
Result<void> set_stock(Transaction& tx, const std::string& room, SkuId sku, const StockLevel& level);
Result<std::map<SkuId, StockLevel>> stock_of(Transaction& tx, const std::string& room);

// A flash sale as its last event said; an empty `json` takes it and its stock away.
Result<void> set_flash_sale(Transaction& tx, const std::string& room, FlashSaleId sale,
                            const std::string& json);
Result<std::map<FlashSaleId, std::string>> flash_sales_of(Transaction& tx, const std::string& room);
// Only a newer version changes what is kept.
Result<void> set_flash_stock(Transaction& tx, const std::string& room, FlashKey key, const FlashLevel& level);
Result<FlashLevels> flash_stock_of(Transaction& tx, const std::string& room);

Result<void> set_words(Transaction& tx, const std::string& room, const std::vector<std::string>& words);
Result<std::vector<std::string>> words_of(Transaction& tx, const std::string& room);

// chat.sqlite
struct StoredChat {
  RoomPosition at;
  ChatLine line;
  std::optional<LiveMoment> moment{};
};
Result<void> insert_chat(Transaction& tx, const std::string& room, const StoredChat& chat);
Result<void> delete_chat(Transaction& tx, const std::string& room, MessageId id);
// The newest lines that were not deleted, oldest first.
Result<std::vector<StoredChat>> newest_chat(Transaction& tx, const std::string& room, int64_t count);
Result<void> set_likes(Transaction& tx, const std::string& room, int64_t likes);
Result<int64_t> likes_of(Transaction& tx, const std::string& room);

}  // namespace vitrine
