#include "rooms/poll_store.h"

#include <boost/json.hpp>

namespace vitrine {

const std::string_view kPollTables = R"sql(
CREATE TABLE room_polls (
  shop_id TEXT NOT NULL, poll BIGINT NOT NULL PRIMARY KEY, room TEXT NOT NULL, question TEXT NOT NULL,
  options TEXT NOT NULL, state BIGINT NOT NULL, practice BIGINT NOT NULL, made_ms BIGINT NOT NULL,
  opened_ms BIGINT NOT NULL, closed_ms BIGINT NOT NULL);
CREATE INDEX room_polls_room ON room_polls (room, poll);
CREATE TABLE room_poll_votes (
  shop_id TEXT NOT NULL, poll BIGINT NOT NULL, viewer TEXT NOT NULL, choice BIGINT NOT NULL,
  at_ms BIGINT NOT NULL, PRIMARY KEY (poll, viewer));
CREATE INDEX room_poll_counts ON room_poll_votes (poll, choice);
)sql";

namespace {

constexpr std::string_view kColumns =
    "SELECT poll, room, question, options, state, practice, made_ms, opened_ms, closed_ms FROM room_polls ";
constexpr Error kNoPoll{ErrorKind::not_found, "rooms.poll"};
constexpr Error kNotNow{ErrorKind::conflict, "rooms.poll_state"};

std::string options_json(const std::vector<std::string>& options) {
  return boost::json::serialize(boost::json::value_from(options));
}

Result<Poll> poll_row(Transaction& tx, const Row& row) {
  Poll out{.id = row.id<PollId>(0),
           .room = row.text(1),
           .question = row.text(2),
           .state = static_cast<PollState>(row.integer(4)),
           .practice = row.integer(5) != 0,
           .made = row.time(6),
           .opened = row.time(7),
           .closed = row.time(8)};
  const auto options = boost::json::parse(row.text(3));
  for (const auto& option : options.as_array()) out.options.emplace_back(option.as_string());
  out.counts.assign(out.options.size(), 0);
  const auto counts =
      tx.query("SELECT choice, count(*) FROM room_poll_votes WHERE poll = $1 GROUP BY choice", out.id);
  if (!counts) return counts.error();
  for (const Row& count : *counts) out.counts.at(static_cast<size_t>(count.integer(0))) = count.integer(1);
  return out;
}

}  // namespace

Result<void> insert_poll(Transaction& tx, const Poll& poll) {
  const auto added = tx.execute(
      "INSERT INTO room_polls (shop_id, poll, room, question, options, state, practice, made_ms, opened_ms,"
      " closed_ms) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, 0, 0)",
      poll.id, poll.room, poll.question, options_json(poll.options), poll.state, poll.practice, poll.made);
  if (!added) return added.error();
  return {};
}

Result<Poll> poll_by_id(Transaction& tx, PollId id) {
  const auto rows = tx.query(std::string(kColumns) + "WHERE poll = $1", id);
  if (!rows) return rows.error();
  if (rows->empty()) return kNoPoll;
  return poll_row(tx, rows->front());
}

Result<std::vector<Poll>> polls_of(Transaction& tx, const std::string& room, int64_t count) {
  const auto rows =
      tx.query(std::string(kColumns) + "WHERE room = $1 ORDER BY poll DESC LIMIT $2", room, count);
  if (!rows) return rows.error();
  std::vector<Poll> out;
  for (const Row& row : *rows) {
    auto poll = poll_row(tx, row);
    if (!poll) return poll.error();
    out.push_back(std::move(*poll));
  }
  return out;
}

Result<void> move_poll(Transaction& tx, PollId id, PollState from, PollState to, WallTime now) {
  const auto changed = tx.execute(
      "UPDATE room_polls SET state = $3, opened_ms = CASE WHEN $3 = 1 THEN $4 ELSE opened_ms END,"
      " closed_ms = CASE WHEN $3 = 2 THEN $4 ELSE closed_ms END WHERE poll = $1 AND state = $2",
      id, from, to, now);
  if (!changed) return changed.error();
  if (*changed == 0) return kNotNow;
  return {};
}

Result<bool> insert_vote(Transaction& tx, PollId id, const std::string& viewer, int64_t option,
                         WallTime now) {
  const auto before = vote_of(tx, id, viewer);
  if (!before) return before.error();
  if (*before && **before != option) return Error{ErrorKind::conflict, "rooms.voted"};
  if (*before) return false;
  const auto added = tx.execute(
      "INSERT INTO room_poll_votes (shop_id, poll, viewer, choice, at_ms)"
      " SELECT 'default', poll, $2, $3, $4 FROM room_polls WHERE poll = $1 AND state = 1",
      id, viewer, option, now);
  if (!added) return added.error();
  if (*added == 0) return kNotNow;
  return true;
}

Result<std::optional<int64_t>> vote_of(Transaction& tx, PollId id, const std::string& viewer) {
  const auto rows =
      tx.query("SELECT choice FROM room_poll_votes WHERE poll = $1 AND viewer = $2", id, viewer);
  if (!rows) return rows.error();
  return rows->empty() ? std::nullopt : std::optional(rows->front().integer(0));
}

}  // namespace vitrine
