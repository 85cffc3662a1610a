// The SQL of order in rooms: what staff set for a room's chat, sanctions, roles and reports. In rooms.sqlite.
//
// Thread  inside a closure of the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rooms/room_rights.h"
#include "rooms/sanction.h"
#include "store/database.h"

namespace vitrine {

// For the module's third migration. The mutes of before are taken along; their table stays for a program
// of the version before.
extern const std::string_view kModerationTables;

Result<void> set_chat_settings(Transaction& tx, const std::string& room, const ChatSettings& settings);
Result<ChatSettings> chat_settings_of(Transaction& tx, const std::string& room);

// Scope site is stored with an empty room.
Result<void> set_sanction(Transaction& tx, const std::string& room, const Sanction& sanction);
Result<void> drop_sanction(Transaction& tx, const std::string& room, SanctionKind kind,
                           const std::string& account);
// Those in force, of exactly this room (empty: of all rooms), the next to end first; at most 10,000.
Result<std::vector<Sanction>> sanctions_of(Transaction& tx, const std::string& room, WallTime now);

struct RoomRoleRow {
  std::string room;
  std::string account;
  std::string name;
  RoomRole role = RoomRole::moderator;
  std::string by;
  WallTime at;
};
inline constexpr int64_t kRolesOfRoomMax = 100;
// Errors: `exhausted` "rooms.too_many_roles".
Result<void> set_role(Transaction& tx, const RoomRoleRow& row);
Result<void> drop_role(Transaction& tx, const std::string& room, const std::string& account);
Result<std::vector<RoomRoleRow>> roles_of(Transaction& tx, const std::string& room);
Result<std::vector<RoomRoleRow>> all_roles(Transaction& tx);

enum class ReportReason : uint8_t { spam, abuse, fraud, adult, other };
constexpr std::array<std::string_view, 5> enum_names(ReportReason) {
  return {"spam", "abuse", "fraud", "adult", "other"};
}
enum class ReportOutcome : uint8_t { removed, sanctioned, dismissed };
constexpr std::array<std::string_view, 3> enum_names(ReportOutcome) {
  return {"removed", "sanctioned", "dismissed"};
}
// What one viewer says about a line; the line is copied, so that it can be judged when it is gone.
struct Report {
  ChatLine line;
  std::string reporter;
  ReportReason reason = ReportReason::other;
  std::string note;
  WallTime at;
};
// A line and what was said about it.
struct ReportedLine {
  ChatLine line;
  int64_t reports = 0;
  std::vector<ReportReason> reasons;
  std::vector<std::string> notes;
};
inline constexpr int64_t kOpenReportsMax = 2'000;  // of one room
inline constexpr int64_t kReportsOfOneMax = 10;    // of one viewer in kReportWindow
inline constexpr Milliseconds kReportWindow{600'000};
// A second report of the same line by the same viewer changes the first. Errors: `exhausted`
// "rooms.reports_full", `too_fast` "rooms.too_many_reports".
Result<void> add_report(Transaction& tx, const std::string& room, const Report& report);
// Those nobody has handled, most reported first; at most 100 lines.
Result<std::vector<ReportedLine>> open_reports(Transaction& tx, const std::string& room);
Result<int64_t> open_report_count(Transaction& tx, const std::string& room);
// Errors: `not_found` "rooms.report".
Result<void> close_reports(Transaction& tx, const std::string& room, MessageId message, ReportOutcome outcome,
                           const std::string& by, WallTime now);

}  // namespace vitrine
