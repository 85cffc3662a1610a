#include "rooms/room_service.h"

#include <set>

#include "base/log.h"
#include "contract/events.h"
#include "rooms/moderation_store.h"
#include "rooms/session_store.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr int64_t kHistoryLines = 50;
constexpr Milliseconds kSettlePause{100};

RoomSummary summary_of(const RoomRecord& record, bool live) {
  return {.title = record.title,
          .host_name = record.host_name,
          .stream = record.stream,
          .created = record.created,
          .live = live};
}

// Of this room and of all.
Result<std::vector<Sanction>> mutes_in_force(Transaction& tx, const std::string& room, WallTime now) {
  std::vector<Sanction> out;
  for (const std::string& place : {room, std::string()}) {
    const auto sanctions = sanctions_of(tx, place, now);
    if (!sanctions) return sanctions.error();
    std::copy_if(sanctions->begin(), sanctions->end(), std::back_inserter(out),
                 [](const Sanction& sanction) { return sanction.kind == SanctionKind::mute; });
  }
  return out;
}

// Lines whose deletion is a control row, whatever chat.sqlite knows of it: the two files are not one
// transaction.
std::set<std::string> deleted_lines(const std::vector<ControlRow>& rows) {
  std::set<std::string> out;
  for (const auto& row : rows) {
    boost::system::error_code failed;
    const auto json = boost::json::parse(row.body, failed);
    if (failed || !json.is_object()) continue;
    const auto* kind = json.get_object().if_contains("kind");
    const auto* id = json.get_object().if_contains("id");
    if (kind != nullptr && *kind == "chat_deleted" && id != nullptr && id->is_string())
      out.emplace(id->get_string());
  }
  return out;
}

}  // namespace

bool picture_shown(const RoomsContext& context, const std::string& room, const std::string& stream) {
  return context.media.status(stream).state != StreamState::idle && !context.lives.backstage(room);
}

ControlRow control_row(const RoomsContext& context, const std::string& room, ControlRow row, WallTime at,
                       std::optional<MediaTime> media) {
  row.practice = context.lives.rehearses(room);
  if (!row.practice && belongs_in_timeline(row.body)) row.moment = context.lives.moment(room, at, media);
  return row;
}

bool is_room_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Task<Result<void>> RoomService::load() {
  auto work = [](Transaction& tx) { return raise_epochs(tx); };
  auto records = co_await context_.database->write(std::move(work));
  if (!records) co_return records.error();
  co_return co_await open_all(std::move(*records));
}

Task<Result<void>> RoomService::open_all(std::vector<RoomRecord> records) {
  for (RoomRecord& record : records) {
    auto stored = co_await read_stored(std::move(record));
    if (!stored) co_return stored.error();
    const RoomRecord& kept = stored->record;
    const bool live = picture_shown(context_, kept.room, kept.stream);
    auto handle = std::make_shared<RoomHandle>(kept.room, context_.cores.home_of(kept.room), kept.epoch,
                                               summary_of(kept, live));
    co_await open(std::move(handle), std::move(*stored));
  }
  co_return Result<void>();
}

Task<Result<Room::Stored>> RoomService::read_stored(RoomRecord record) {
  auto work = [record, now = context_.clock.wall()](Transaction& tx) -> Result<Room::Stored> {
    auto stock = stock_of(tx, record.room);
    if (!stock) return stock.error();
    auto sales = flash_sales_of(tx, record.room);
    if (!sales) return sales.error();
    auto flash = flash_stock_of(tx, record.room);
    if (!flash) return flash.error();
    auto mutes = mutes_in_force(tx, record.room, now);
    if (!mutes) return mutes.error();
    auto settings = chat_settings_of(tx, record.room);
    if (!settings) return settings.error();
    return Room::Stored{.record = record,
                        .stock = std::move(*stock),
                        .flash_sales = std::move(*sales),
                        .flash = std::move(*flash),
                        .chat = {},
                        .likes = 0,
                        .mutes = std::move(*mutes),
                        .settings = std::move(*settings)};
  };
  auto stored = co_await context_.database->read(std::move(work));
  if (!stored) co_return stored.error();
  auto deletions = [room = record.room, to = RoomPosition{record.epoch, 0}](Transaction& tx) {
    return control_rows(tx, room, {}, to);
  };
  const auto rows = co_await context_.database->read(std::move(deletions));
  if (!rows) co_return rows.error();
  auto talk = [room = record.room](Transaction& tx) { return newest_chat(tx, room, kHistoryLines); };
  auto chat = co_await context_.chat->read(std::move(talk));
  auto taps = [room = record.room](Transaction& tx) { return likes_of(tx, room); };
  const auto likes = co_await context_.chat->read(std::move(taps));
  // Chat may be lost; the room may not.
  const auto deleted = deleted_lines(*rows);
  if (chat) stored->chat = std::move(*chat);
  std::erase_if(stored->chat, [&](const StoredChat& line) { return deleted.contains(line.line.id.str()); });
  stored->likes = likes.value_or(0);
  stored->session = context_.lives.newest(record.room);
  co_return std::move(*stored);
}

// Makes the room at home, then lets others find it.
Task<void> RoomService::open(RoomHandlePtr handle, Room::Stored stored) {
  auto make = [](RoomsContext& context, RoomHandlePtr at, Room::Stored from) -> Task<void> {
    const Room::Needs needs{.cores = context.cores,
                            .clock = context.clock,
                            .ids = context.ids,
                            .chat = *context.chat,
                            .lanes = context.lanes,
                            .lives = context.lives,
                            .resume_events = context.resume_events,
                            .feed = context.feed};
    at->set_room(std::make_shared<Room>(needs, *at, std::move(from)));
    co_return;
  };
  Task<void> made = make(context_, handle, std::move(stored));
  co_await on_core(handle->home(), std::move(made));
  context_.directory.add(handle);
  // A stream that began or ended meanwhile found no room to tell. Asked on the core where both live, so that
  // nothing newer has been told by then.
  std::function<void(Room&)> change = [this, name = handle->name(),
                                       stream = handle->summary().stream](Room& room) {
    room.set_live(picture_shown(context_, name, stream));
  };
  co_await at_home(handle, std::move(change));
}

Task<void> RoomService::drain() {
  auto end = [](RoomHandlePtr handle) -> Task<void> {
    if (const auto& room = handle->room()) room->close();
    co_return;
  };
  for (const auto& handle : context_.directory.all()) {
    Task<void> ended = end(handle);
    co_await on_core(handle->home(), std::move(ended));
  }
}

Task<void> RoomService::close() {
  context_.closing = true;
  co_await drain();
  auto drop = [](RoomHandlePtr handle) -> Task<void> {
    handle->set_room(nullptr);
    co_return;
  };
  for (const auto& handle : context_.directory.take_all()) {
    Task<void> dropped = drop(handle);
    co_await on_core(handle->home(), std::move(dropped));
  }
}

Task<Result<CreatedRoom>> RoomService::create(RoomDraft draft, std::optional<IdempotencyKey> key) {
  if (!is_room_name(draft.room)) co_return Error{ErrorKind::invalid_input, "rooms.name"};
  RoomRecord record{.room = draft.room,
                    .title = draft.title,
                    .host_name = draft.host_name,
                    .stream = draft.room,
                    .created = context_.clock.wall(),
                    .capabilities = context_.ops.capabilities()};
  auto work = [record, key](Transaction& tx) -> Result<CreatedRoom> {
    const auto known = key ? find_effect(tx, *key) : Result<std::optional<int64_t>>(std::nullopt);
    if (!known) return known.error();
    if (*known) {
      auto name = room_by_number(tx, **known);
      if (!name) return name.error();
      return CreatedRoom{name->value_or(record.room), true};
    }
    const auto number = insert_room(tx, record);
    if (!number) return number.error();
    if (key) {
      if (auto kept = record_effect(tx, *key, *number, record.created); !kept) return kept.error();
    }
    const RoomCreated event{record.room, record.title, record.stream};
    if (auto emitted = tx.emit(record.room, 1, event); !emitted) return emitted.error();
    return CreatedRoom{record.room, false};
  };
  auto created = co_await context_.database->write(std::move(work));
  if (!created) co_return created.error();
  if (!created->replayed) {
    const bool live = context_.media.status(record.stream).state != StreamState::idle;
    auto handle = std::make_shared<RoomHandle>(record.room, context_.cores.home_of(record.room), record.epoch,
                                               summary_of(record, live));
    auto stored = co_await read_stored(record);  // the mutes of all rooms hold here too
    Room::Stored fresh;
    fresh.record = std::move(record);
    co_await open(std::move(handle), stored ? std::move(*stored) : std::move(fresh));
  }
  co_return std::move(*created);
}

// Whether a lost COMMIT had carried the row: asked until the database answers, because the room's later
// events wait for this number.
Task<bool> RoomService::settle(RoomHandlePtr handle, RoomPosition at) {
  while (true) {
    auto work = [room = handle->name(), at](Transaction& tx) { return control_exists(tx, room, at); };
    const auto exists = co_await context_.database->read(std::move(work));
    if (exists) co_return *exists;
    if (exists.error().reason == "store.closed") co_return false;
    co_await sleep_for(kSettlePause);
  }
}

Task<Result<void>> RoomService::write_control(RoomHandlePtr handle, RoomEvent event, Effect effect) {
  if (!handle->room()) co_return kNoRoom;
  const RoomPosition at = handle->reserve();
  const WallTime now = context_.clock.wall();
  const ControlRow row = control_row(context_, handle->name(), {at, event.body}, now);
  auto work = [name = handle->name(), row, effect, now](Transaction& tx) -> Result<void> {
    if (effect) {
      if (auto done = effect(tx); !done) return done;
    }
    return insert_control(tx, name, row, now);
  };
  const Result<void> written = co_await context_.database->write(std::move(work));
  bool shown = written.ok();
  if (!written && written.error().kind == ErrorKind::unknown_outcome) shown = co_await settle(handle, at);
  if (const auto& room = handle->room())
    room->resolve(at.seq, shown ? std::optional(std::move(event)) : std::nullopt);
  co_return shown ? Result<void>() : written;
}

Task<Result<void>> RoomService::publish(RoomHandlePtr handle, RoomEvent event, Effect effect) {
  Task<Result<void>> written = write_control(handle, std::move(event), std::move(effect));
  co_return co_await on_core(handle->home(), std::move(written));
}

Task<Result<void>> RoomService::change(std::string room, std::optional<std::string> title,
                                       std::optional<std::string> host_name) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  const RoomSummary old = handle->summary();
  const TitleChange next{title.value_or(old.title), host_name.value_or(old.host_name)};
  RoomEvent event{.body = room_changed_body(next.title, next.host_name), .change = next};
  Effect effect = [room, next](Transaction& tx) { return update_room(tx, room, next.title, next.host_name); };
  co_return co_await publish(handle, std::move(event), std::move(effect));
}

Task<bool> RoomService::message_exists(RoomHandlePtr handle, MessageId message) {
  if (handle->room() && handle->room()->shows_line(message)) co_return true;
  auto work = [name = handle->name(), message](Transaction& tx) -> Result<bool> {
    const auto rows =
        tx.query("SELECT 1 FROM chat WHERE room = $1 AND message = $2 AND deleted = 0", name, message);
    if (!rows) return rows.error();
    return !rows->empty();
  };
  const auto found = co_await context_.chat->read(std::move(work));
  co_return found.value_or(false);
}

Task<Result<void>> RoomService::delete_message(std::string room, MessageId message) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  Task<bool> asked = message_exists(handle, message);
  const bool exists = co_await on_core(handle->home(), std::move(asked));
  if (!exists) co_return Error{ErrorKind::not_found, "rooms.message"};
  RoomEvent event{.body = chat_deleted_body(message), .change = ChatDeletion{message}};
  Effect remove = [room, message](Transaction& tx) { return remove_line(tx, room, message); };
  const Result<void> done = co_await publish(handle, std::move(event), std::move(remove));
  if (!done) co_return done;
  auto forget = [room, message](Transaction& tx) { return delete_chat(tx, room, message); };
  const auto forgotten = co_await context_.chat->write(std::move(forget));
  if (!forgotten) log_warn("rooms.chat_not_deleted", {{"reason", forgotten.error().reason}});
  co_return Result<void>();
}

Task<void> RoomService::at_home(RoomHandlePtr handle, std::function<void(Room&)> use) {
  auto run = [](RoomHandlePtr at, std::function<void(Room&)> change) -> Task<void> {
    if (at->room()) change(*at->room());
    co_return;
  };
  Task<void> changed = run(handle, std::move(use));
  co_await on_core(handle->home(), std::move(changed));
}

}  // namespace vitrine
