#include "rooms/session_store.h"

namespace vitrine {

const std::string_view kLiveTables = R"sql(
CREATE TABLE live_sessions (
  shop_id TEXT NOT NULL, session BIGINT NOT NULL PRIMARY KEY, room TEXT NOT NULL,
  title TEXT NOT NULL, cover TEXT, state BIGINT NOT NULL, practice BIGINT NOT NULL, version BIGINT NOT NULL,
  starts_ms BIGINT, created_ms BIGINT NOT NULL, live_ms BIGINT NOT NULL, interrupted_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL, left_on BIGINT NOT NULL);
CREATE INDEX live_sessions_room ON live_sessions (room, session);
CREATE UNIQUE INDEX live_sessions_open ON live_sessions (room) WHERE state <> 4;
CREATE TABLE live_spans (
  shop_id TEXT NOT NULL, session BIGINT NOT NULL, place BIGINT NOT NULL,
  epoch BIGINT NOT NULL, first_pts BIGINT NOT NULL, start_ms BIGINT NOT NULL,
  PRIMARY KEY (session, place));
CREATE TABLE room_removed (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, message BIGINT NOT NULL, PRIMARY KEY (room, message));
ALTER TABLE room_control ADD COLUMN session BIGINT;
ALTER TABLE room_control ADD COLUMN t_ms BIGINT;
ALTER TABLE room_control ADD COLUMN practice BIGINT NOT NULL DEFAULT 0;
CREATE INDEX room_control_timeline ON room_control (session, t_ms, epoch, seq) WHERE session IS NOT NULL;
)sql";

const std::string_view kChatLiveTables = R"sql(
ALTER TABLE chat ADD COLUMN session BIGINT;
ALTER TABLE chat ADD COLUMN t_ms BIGINT;
CREATE INDEX chat_timeline ON chat (session, t_ms, epoch, seq) WHERE session IS NOT NULL;
)sql";

namespace {

constexpr std::string_view kColumns =
    "session, room, title, cover, state, practice, version, starts_ms, created_ms, live_ms, interrupted_ms,"
    " ended_ms, left_on";

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

LiveSession session_row(const Row& row) {
  const auto starts = row.maybe_integer(7);
  return {.id = row.id<LiveSessionId>(0),
          .room = row.text(1),
          .title = row.text(2),
          .cover = row.maybe_text(3),
          .state = static_cast<LiveState>(row.integer(4)),
          .practice = row.integer(5) != 0,
          .version = row.integer(6),
          .starts = starts ? std::optional(WallTime{*starts}) : std::nullopt,
          .created = row.time(8),
          .went_live = row.time(9),
          .interrupted = row.time(10),
          .ended = row.time(11),
          .left_on = row.integer(12) != 0};
}

Result<std::vector<LiveSession>> session_rows(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<LiveSession> out;
  for (const Row& row : *rows) out.push_back(session_row(row));
  return out;
}

// Spans are only ever added.
Result<void> write_spans(Transaction& tx, const LiveSession& session) {
  for (size_t place = 0; place < session.spans.size(); ++place) {
    const MediaSpan& span = session.spans[place];
    const auto added = tx.execute(
        "INSERT INTO live_spans (shop_id, session, place, epoch, first_pts, start_ms)"
        " VALUES ('default', $1, $2, $3, $4, $5) ON CONFLICT (session, place) DO NOTHING",
        session.id, place, span.epoch, span.first_pts, span.start_ms);
    if (!added) return added.error();
  }
  return {};
}

Result<void> read_spans(Transaction& tx, LiveSession& session) {
  const auto rows = tx.query(
      "SELECT epoch, first_pts, start_ms FROM live_spans WHERE session = $1 ORDER BY place", session.id);
  if (!rows) return rows.error();
  for (const Row& row : *rows) session.spans.push_back({row.integer(0), row.integer(1), row.integer(2)});
  return {};
}

TimelinePlace place_of(const Row& row) {
  return {row.integer(0), {row.integer(1), row.integer(2)}};
}

}  // namespace

Result<void> insert_session(Transaction& tx, const LiveSession& session) {
  const auto added = tx.execute(
      "INSERT INTO live_sessions (shop_id, session, room, title, cover, state, practice, version, starts_ms,"
      " created_ms, live_ms, interrupted_ms, ended_ms, left_on)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      session.id, session.room, session.title, session.cover, session.state, session.practice,
      session.version, session.starts, session.created, session.went_live, session.interrupted, session.ended,
      session.left_on);
  if (!added && added.error().reason == "store.unique")
    return Error{ErrorKind::conflict, "rooms.session_open"};
  if (!added) return added.error();
  return write_spans(tx, session);
}

Result<void> update_session(Transaction& tx, const LiveSession& session) {
  const auto changed = tx.execute(
      "UPDATE live_sessions SET title = $3, cover = $4, state = $5, practice = $6, version = $7,"
      " starts_ms = $8, live_ms = $9, interrupted_ms = $10, ended_ms = $11, left_on = $12"
      " WHERE session = $1 AND version = $2",
      session.id, session.version - 1, session.title, session.cover, session.state, session.practice,
      session.version, session.starts, session.went_live, session.interrupted, session.ended,
      session.left_on);
  if (!changed) return changed.error();
  if (*changed == 0) return Error{ErrorKind::conflict, "rooms.session_changed"};
  return write_spans(tx, session);
}

Result<LiveSession> session_by_id(Transaction& tx, LiveSessionId id) {
  auto found = session_rows(
      tx.query("SELECT " + std::string(kColumns) + " FROM live_sessions WHERE session = $1", id));
  if (!found) return found.error();
  if (found->empty()) return Error{ErrorKind::not_found, "rooms.session"};
  if (auto read = read_spans(tx, found->front()); !read) return read.error();
  return std::move(found->front());
}

Result<std::vector<LiveSession>> sessions_of(Transaction& tx, const std::string& room,
                                             std::optional<LiveSessionId> before, int64_t count) {
  return session_rows(tx.query("SELECT " + std::string(kColumns) +
                                   " FROM live_sessions WHERE room = $1 AND session < $2"
                                   " ORDER BY session DESC LIMIT $3",
                               room, before ? before->value : INT64_MAX, count));
}

Result<std::vector<LiveSession>> newest_sessions(Transaction& tx) {
  auto found = session_rows(tx.query(
      "SELECT " + std::string(kColumns) +
      " FROM live_sessions WHERE session IN (SELECT max(session) FROM live_sessions GROUP BY room)"));
  if (!found) return found;
  for (LiveSession& session : *found) {
    if (auto read = read_spans(tx, session); !read) return read.error();
  }
  return found;
}

Result<void> remove_line(Transaction& tx, const std::string& room, MessageId line) {
  return done(tx.execute(
      "INSERT INTO room_removed (shop_id, room, message) VALUES ('default', $1, $2) ON CONFLICT DO NOTHING",
      room, line));
}

Result<std::vector<TimelineRow>> timeline_control(Transaction& tx, LiveSessionId session,
                                                  const TimelinePlace& after, int64_t count) {
  const auto rows = tx.query(
      "SELECT t_ms, epoch, seq, at_ms, body FROM room_control"
      " WHERE session = $1 AND (t_ms, epoch, seq) > ($2, $3, $4) ORDER BY t_ms, epoch, seq LIMIT $5",
      session, after.t_ms, after.at.epoch, after.at.seq, count);
  if (!rows) return rows.error();
  std::vector<TimelineRow> out;
  for (const Row& row : *rows) out.push_back({place_of(row), row.time(3), row.text(4)});
  return out;
}

Result<std::vector<TimelineLine>> timeline_chat(Transaction& tx, LiveSessionId session,
                                                const TimelinePlace& after, int64_t count) {
  const auto rows = tx.query(
      "SELECT t_ms, epoch, seq, message, name, role, text, at_ms FROM chat"
      " WHERE session = $1 AND deleted = 0 AND (t_ms, epoch, seq) > ($2, $3, $4)"
      " ORDER BY t_ms, epoch, seq LIMIT $5",
      session, after.t_ms, after.at.epoch, after.at.seq, count);
  if (!rows) return rows.error();
  std::vector<TimelineLine> out;
  for (const Row& row : *rows) {
    const auto role = row.maybe_integer(5);
    ChatAuthor from{
        .id = {}, .name = row.text(4), .role = role ? std::optional(static_cast<Role>(*role)) : std::nullopt};
    out.push_back({place_of(row), {row.id<MessageId>(3), std::move(from), row.text(6), row.time(7)}});
  }
  return out;
}

Result<std::vector<MessageId>> removed_lines(Transaction& tx, const std::string& room, MessageId first,
                                             MessageId last) {
  const auto rows =
      tx.query("SELECT message FROM room_removed WHERE room = $1 AND message >= $2 AND message <= $3", room,
               first, last);
  if (!rows) return rows.error();
  std::vector<MessageId> out;
  for (const Row& row : *rows) out.push_back(row.id<MessageId>(0));
  return out;
}

}  // namespace vitrine
