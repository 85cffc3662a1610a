// The steps of everything staff do to rooms, in order: write the row, then show it.
//
// Owns    nothing; works on the context.
// Thread  any core; what touches a room goes to its home.
// Never   shows a control event that is not committed.
#pragma once

#include <string>
#include <vector>

#include "rooms/context.h"
#include "rooms/room.h"
#include "store/idempotency.h"

namespace vitrine {

struct RoomDraft {
  std::string room;
  std::string title;
  std::string host_name;
};
struct CreatedRoom {
  std::string room;
  bool replayed = false;
};
class RoomService {
 public:
  explicit RoomService(RoomsContext& context) : context_(context) {}

  // Start-up: raises every room's epoch and opens the rooms. Errors: the database's.
  Task<Result<void>> load();
  // Tells every viewer to go elsewhere; rooms show nothing any more, rows are still written.
  Task<void> drain();
  // The rooms are gone when this answers.
  Task<void> close();

  // Errors: `invalid_input` "rooms.name", `conflict` "rooms.exists", the database's. Without a key
  // (command line) nothing is remembered for replays.
  Task<Result<CreatedRoom>> create(RoomDraft draft, std::optional<IdempotencyKey> key);
  // Errors: `not_found` "rooms.room", the database's.
  Task<Result<void>> change(std::string room, std::optional<std::string> title,
                            std::optional<std::string> host_name);
  // Errors: `not_found` "rooms.room", "rooms.message".
  Task<Result<void>> delete_message(std::string room, MessageId message);

  using Effect = std::function<Result<void>(Transaction&)>;
  // Writes a control event together with `effect`, then shows it. Errors: `not_found` "rooms.room", the
  // effect's, the database's.
  Task<Result<void>> publish(RoomHandlePtr handle, RoomEvent event, Effect effect);
  // Runs `use` on the room's home core while the room is there; answers when it has changed.
  Task<void> at_home(RoomHandlePtr handle, std::function<void(Room&)> use);

 private:
  Task<Result<void>> open_all(std::vector<RoomRecord> records);
  Task<Result<Room::Stored>> read_stored(RoomRecord record);
  Task<void> open(RoomHandlePtr handle, Room::Stored stored);
  // Writes a control event together with `effect` and shows it. On the room's home core.
  Task<Result<void>> write_control(RoomHandlePtr handle, RoomEvent event, Effect effect);
  Task<bool> settle(RoomHandlePtr handle, RoomPosition at);
  Task<bool> message_exists(RoomHandlePtr handle, MessageId message);

  RoomsContext& context_;
};

// Whether viewers have a picture to see: one comes, and it is not for staff only.
bool picture_shown(const RoomsContext& context, const std::string& room, const std::string& stream);
// The row with its place in the room's timeline, of something that happened at `at` or belongs to the picture
// at `media`.
ControlRow control_row(const RoomsContext& context, const std::string& room, ControlRow row, WallTime at,
                       std::optional<MediaTime> media = std::nullopt);

// "[a-z0-9_-]{1,64}".
bool is_room_name(std::string_view name);

}  // namespace vitrine
