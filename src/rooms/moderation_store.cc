#include "rooms/moderation_store.h"

#include <algorithm>

#include "rooms/room_store.h"

namespace vitrine {

const std::string_view kModerationTables = R"sql(
CREATE TABLE room_chat (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, slow_mode_s BIGINT NOT NULL, review BIGINT NOT NULL,
  speakers BIGINT NOT NULL, new_account_minutes BIGINT NOT NULL, on_word BIGINT NOT NULL,
  PRIMARY KEY (room));
CREATE TABLE room_patterns (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, place BIGINT NOT NULL, pattern TEXT NOT NULL,
  PRIMARY KEY (room, place));
CREATE TABLE room_sanctions (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, account TEXT NOT NULL, kind BIGINT NOT NULL,
  name TEXT NOT NULL, until_ms BIGINT NOT NULL, reason TEXT NOT NULL, by_name TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, account, kind));
INSERT INTO room_sanctions (shop_id, room, account, kind, name, until_ms, reason, by_name, at_ms)
  SELECT shop_id, room, account, 0, name, until_ms, reason, '', 0 FROM room_mutes;
CREATE TABLE room_roles (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
  role BIGINT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, account));
CREATE TABLE room_reports (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, message BIGINT NOT NULL, reporter TEXT NOT NULL,
  reason BIGINT NOT NULL, note TEXT NOT NULL, at_ms BIGINT NOT NULL,
  author TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, said_ms BIGINT NOT NULL,
  outcome BIGINT, closed_by TEXT, closed_ms BIGINT,
  PRIMARY KEY (room, message, reporter));
CREATE INDEX room_reports_open ON room_reports (room, message) WHERE outcome IS NULL;
CREATE INDEX room_reports_of_one ON room_reports (reporter, at_ms);
)sql";

namespace {

constexpr int64_t kReportedLinesMax = 100;

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Result<void> set_patterns(Transaction& tx, const std::string& room,
                          const std::vector<std::string>& patterns) {
  if (auto cleared = tx.execute("DELETE FROM room_patterns WHERE room = $1", room); !cleared)
    return cleared.error();
  for (size_t place = 0; place < patterns.size(); ++place) {
    const auto added =
        tx.execute("INSERT INTO room_patterns (shop_id, room, place, pattern) VALUES ('default', $1, $2, $3)",
                   room, place, patterns[place]);
    if (!added) return added.error();
  }
  return {};
}

RoomRoleRow role_row(const Row& row) {
  return {.room = row.text(0),
          .account = row.text(1),
          .name = row.text(2),
          .role = static_cast<RoomRole>(row.integer(3)),
          .by = row.text(4),
          .at = row.time(5)};
}

Result<std::vector<RoomRoleRow>> role_rows(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<RoomRoleRow> out;
  for (const Row& row : *rows) out.push_back(role_row(row));
  return out;
}

Result<int64_t> count_of(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  return rows->front().integer(0);
}

}  // namespace

Result<void> set_chat_settings(Transaction& tx, const std::string& room, const ChatSettings& settings) {
  const auto kept = tx.execute(
      "INSERT INTO room_chat (shop_id, room, slow_mode_s, review, speakers, new_account_minutes, on_word)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6) ON CONFLICT (room) DO UPDATE SET"
      " slow_mode_s = excluded.slow_mode_s, review = excluded.review, speakers = excluded.speakers,"
      " new_account_minutes = excluded.new_account_minutes, on_word = excluded.on_word",
      room, settings.slow_mode_s, settings.review, settings.speakers, settings.new_account_minutes,
      settings.on_word);
  if (!kept) return kept.error();
  if (auto words = set_words(tx, room, settings.words); !words) return words;
  return set_patterns(tx, room, settings.patterns);
}

Result<ChatSettings> chat_settings_of(Transaction& tx, const std::string& room) {
  ChatSettings out;
  const auto rows = tx.query(
      "SELECT slow_mode_s, review, speakers, new_account_minutes, on_word FROM room_chat WHERE room = $1",
      room);
  if (!rows) return rows.error();
  if (!rows->empty()) {
    const Row& row = rows->front();
    out.slow_mode_s = row.integer(0);
    out.review = static_cast<Review>(row.integer(1));
    out.speakers = static_cast<Speakers>(row.integer(2));
    out.new_account_minutes = row.integer(3);
    out.on_word = static_cast<OnWord>(row.integer(4));
  }
  auto words = words_of(tx, room);
  if (!words) return words.error();
  out.words = std::move(*words);
  const auto patterns = tx.query("SELECT pattern FROM room_patterns WHERE room = $1 ORDER BY place", room);
  if (!patterns) return patterns.error();
  for (const Row& row : *patterns) out.patterns.push_back(row.text(0));
  return out;
}

Result<void> set_sanction(Transaction& tx, const std::string& room, const Sanction& sanction) {
  return done(tx.execute(
      "INSERT INTO room_sanctions (shop_id, room, account, kind, name, until_ms, reason, by_name, at_ms,"
      " device, address) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
      " ON CONFLICT (room, account, kind) DO UPDATE SET"
      " name = excluded.name, until_ms = excluded.until_ms, reason = excluded.reason,"
      " by_name = excluded.by_name, at_ms = excluded.at_ms, device = excluded.device,"
      " address = excluded.address",
      room, sanction.account, sanction.kind, sanction.name, sanction.until, sanction.reason, sanction.by,
      sanction.at, sanction.device, sanction.address));
}

Result<void> drop_sanction(Transaction& tx, const std::string& room, SanctionKind kind,
                           const std::string& account) {
  return done(tx.execute("DELETE FROM room_sanctions WHERE room = $1 AND account = $2 AND kind = $3", room,
                         account, kind));
}

Result<std::vector<Sanction>> sanctions_of(Transaction& tx, const std::string& room, WallTime now) {
  const auto rows = tx.query(
      "SELECT kind, account, name, until_ms, reason, by_name, at_ms, device, address FROM room_sanctions"
      " WHERE room = $1 AND until_ms > $2 ORDER BY until_ms LIMIT 10000",
      room, now);
  if (!rows) return rows.error();
  std::vector<Sanction> out;
  for (const Row& row : *rows) {
    out.push_back({.kind = static_cast<SanctionKind>(row.integer(0)),
                   .scope = room.empty() ? SanctionScope::site : SanctionScope::room,
                   .account = row.text(1),
                   .name = row.text(2),
                   .until = row.time(3),
                   .reason = row.text(4),
                   .by = row.text(5),
                   .at = row.time(6),
                   .device = row.text(7),
                   .address = row.text(8)});
  }
  return out;
}

Result<void> set_role(Transaction& tx, const RoomRoleRow& row) {
  const auto others = count_of(
      tx.query("SELECT count(*) FROM room_roles WHERE room = $1 AND account <> $2", row.room, row.account));
  if (!others) return others.error();
  if (*others >= kRolesOfRoomMax) return Error{ErrorKind::exhausted, "rooms.too_many_roles"};
  return done(tx.execute(
      "INSERT INTO room_roles (shop_id, room, account, name, role, by_name, at_ms)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6) ON CONFLICT (room, account) DO UPDATE SET"
      " name = excluded.name, role = excluded.role, by_name = excluded.by_name, at_ms = excluded.at_ms",
      row.room, row.account, row.name, row.role, row.by, row.at));
}

Result<void> drop_role(Transaction& tx, const std::string& room, const std::string& account) {
  return done(tx.execute("DELETE FROM room_roles WHERE room = $1 AND account = $2", room, account));
}

Result<std::vector<RoomRoleRow>> roles_of(Transaction& tx, const std::string& room) {
  return role_rows(tx.query(
      "SELECT room, account, name, role, by_name, at_ms FROM room_roles WHERE room = $1 ORDER BY role, name",
      room));
}

Result<std::vector<RoomRoleRow>> all_roles(Transaction& tx) {
  return role_rows(tx.query("SELECT room, account, name, role, by_name, at_ms FROM room_roles"));
}

Result<void> add_report(Transaction& tx, const std::string& room, const Report& report) {
  const auto open = open_report_count(tx, room);
  if (!open) return open.error();
  if (*open >= kOpenReportsMax) return Error{ErrorKind::exhausted, "rooms.reports_full"};
  const WallTime since{report.at.ms - kReportWindow.count()};
  const auto lately = count_of(tx.query(
      "SELECT count(*) FROM room_reports WHERE reporter = $1 AND at_ms > $2", report.reporter, since));
  if (!lately) return lately.error();
  if (*lately >= kReportsOfOneMax) return Error{ErrorKind::too_fast, "rooms.too_many_reports"};
  return done(tx.execute(
      "INSERT INTO room_reports (shop_id, room, message, reporter, reason, note, at_ms, author, name, text, "
      "said_ms)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (room, message, reporter)"
      " DO UPDATE SET reason = excluded.reason, note = excluded.note, at_ms = excluded.at_ms",
      room, report.line.id, report.reporter, report.reason, report.note, report.at, report.line.from.id,
      report.line.from.name, report.line.text, report.line.at));
}

Result<std::vector<ReportedLine>> open_reports(Transaction& tx, const std::string& room) {
  const auto rows = tx.query(
      "SELECT message, author, name, text, said_ms, reason, note FROM room_reports WHERE room = $1 AND "
      "outcome IS NULL"
      " ORDER BY message, at_ms LIMIT 2000",
      room);
  if (!rows) return rows.error();
  std::vector<ReportedLine> out;
  for (const Row& row : *rows) {
    const auto message = row.id<MessageId>(0);
    if (out.empty() || out.back().line.id != message) {
      out.push_back({.line = {.id = message,
                              .from = {.id = row.text(1), .name = row.text(2), .role = std::nullopt},
                              .text = row.text(3),
                              .at = row.time(4)},
                     .reasons = {},
                     .notes = {}});
    }
    ReportedLine& line = out.back();
    ++line.reports;
    const auto reason = static_cast<ReportReason>(row.integer(5));
    if (std::find(line.reasons.begin(), line.reasons.end(), reason) == line.reasons.end())
      line.reasons.push_back(reason);
    if (!row.text(6).empty() && line.notes.size() < 5) line.notes.push_back(row.text(6));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ReportedLine& a, const ReportedLine& b) { return a.reports > b.reports; });
  if (out.size() > static_cast<size_t>(kReportedLinesMax)) out.resize(kReportedLinesMax);
  return out;
}

Result<int64_t> open_report_count(Transaction& tx, const std::string& room) {
  return count_of(tx.query("SELECT count(*) FROM room_reports WHERE room = $1 AND outcome IS NULL", room));
}

Result<void> close_reports(Transaction& tx, const std::string& room, MessageId message, ReportOutcome outcome,
                           const std::string& by, WallTime now) {
  const auto closed = tx.execute(
      "UPDATE room_reports SET outcome = $1, closed_by = $2, closed_ms = $3"
      " WHERE room = $4 AND message = $5 AND outcome IS NULL",
      outcome, by, now, room, message);
  if (!closed) return closed.error();
  if (*closed == 0) return Error{ErrorKind::not_found, "rooms.report"};
  return {};
}

}  // namespace vitrine
