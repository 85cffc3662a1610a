// The steps of keeping order in rooms: write what was decided, then let it act in the room, at the door and
// on the pages of who is concerned.
//
// Owns    nothing; works on the context and the room service.
// Thread  any core; what touches a room goes to its home.
// Never   judges whether the caller may: that is ModerationApi.
#pragma once

#include <string>
#include <vector>

#include "rooms/moderation_store.h"
#include "rooms/room_service.h"

namespace vitrine {

struct DoneSanction {
  Sanction sanction;
  bool replayed = false;
};
struct DeskCount {
  int64_t held = 0;
  int64_t reports = 0;
  int64_t questions = 0;  // of viewers, that wait
};

class ModerationService {
 public:
  ModerationService(RoomsContext& context, RoomService& rooms) : context_(context), rooms_(rooms) {}

  // Start-up, before the rooms: bans and roles into memory. Errors: the database's.
  Task<Result<void>> load();

  // All below: `not_found` "rooms.room" and the database's errors.
  Task<Result<ChatSettings>> chat_settings(std::string room);
  // Errors: `invalid_input` "rooms.pattern".
  Task<Result<void>> set_chat_settings(std::string room, ChatSettings settings);

  // Ends at `sanction.until`. A mute is told to the viewer, a kick or ban puts it out.
  Task<Result<DoneSanction>> sanction(std::string room, Sanction sanction, IdempotencyKey key);
  Task<Result<void>> lift(std::string room, SanctionScope scope, SanctionKind kind, std::string account);
  // Of the room and of all rooms.
  Task<Result<std::vector<Sanction>>> sanctions(std::string room);

  Task<Result<std::vector<HeldLine>>> held(std::string room);
  // Errors: `not_found` "rooms.message".
  Task<Result<void>> approve(std::string room, MessageId message);
  Task<Result<void>> drop_held(std::string room, MessageId message);

  // `report.line.id` names the line; the rest of it is looked up. Errors: `not_found` "rooms.message",
  // those of add_report.
  Task<Result<void>> report(std::string room, Report report);
  Task<Result<std::vector<ReportedLine>>> reports(std::string room);
  // Errors: `not_found` "rooms.report".
  Task<Result<void>> close_report(std::string room, MessageId message, ReportOutcome outcome, std::string by);
  Task<Result<DeskCount>> desk(std::string room);

  Task<Result<std::vector<RoomRoleRow>>> roles(std::string room);
  // Errors: `invalid_input` "rooms.role_account" for anything but an account, `exhausted`
  // "rooms.too_many_roles".
  Task<Result<void>> set_role(RoomRoleRow row);
  Task<Result<void>> drop_role(std::string room, std::string account);

 private:
  Task<std::string> name_in(RoomHandlePtr handle, std::string viewer);
  Task<void> enforce(std::string room, Sanction sanction);
  std::vector<RoomHandlePtr> rooms_of(const std::string& room, SanctionScope scope) const;
  Task<Result<ChatLine>> find_line(std::string room, MessageId message);

  RoomsContext& context_;
  RoomService& rooms_;
};

}  // namespace vitrine
