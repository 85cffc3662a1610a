#include "rooms/question_store.h"

namespace vitrine {

const std::string_view kQuestionTables = R"sql(
CREATE TABLE room_questions (
  shop_id TEXT NOT NULL, question BIGINT NOT NULL PRIMARY KEY, room TEXT NOT NULL, author TEXT NOT NULL,
  name TEXT NOT NULL, text TEXT NOT NULL, answer TEXT NOT NULL, state BIGINT NOT NULL, pinned BIGINT NOT NULL,
  practice BIGINT NOT NULL, asked_ms BIGINT NOT NULL, moved_ms BIGINT NOT NULL);
CREATE INDEX room_questions_state ON room_questions (room, state, question);
CREATE INDEX room_questions_author ON room_questions (room, author, question);
CREATE TABLE room_question_desks (
  shop_id TEXT NOT NULL, room TEXT NOT NULL PRIMARY KEY, open BIGINT NOT NULL, practice BIGINT NOT NULL);
)sql";

namespace {

constexpr std::string_view kColumns =
    "SELECT question, room, author, name, text, answer, state, pinned, practice, asked_ms FROM "
    "room_questions ";
constexpr Error kNoQuestion{ErrorKind::not_found, "rooms.question"};
constexpr Error kNotNow{ErrorKind::conflict, "rooms.question_state"};
constexpr Error kOwnFull{ErrorKind::exhausted, "rooms.questions_own"};
constexpr Error kFull{ErrorKind::exhausted, "rooms.questions_full"};

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Question question_row(const Row& row) {
  return {.id = row.id<QuestionId>(0),
          .room = row.text(1),
          .author = row.text(2),
          .name = row.text(3),
          .text = row.text(4),
          .answer = row.text(5),
          .state = static_cast<QuestionState>(row.integer(6)),
          .pinned = row.integer(7) != 0,
          .practice = row.integer(8) != 0,
          .asked = row.time(9)};
}

Result<std::vector<Question>> question_rows(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<Question> out;
  for (const Row& row : *rows) out.push_back(question_row(row));
  return out;
}

}  // namespace

Result<void> insert_question(Transaction& tx, const Question& question) {
  const auto waiting = tx.query(
      "SELECT count(*), coalesce(sum(CASE WHEN author = $2 THEN 1 ELSE 0 END), 0) FROM room_questions"
      " WHERE room = $1 AND state = 0",
      question.room, question.author);
  if (!waiting) return waiting.error();
  if (waiting->front().integer(1) >= kOwnWaitingMax) return kOwnFull;
  if (waiting->front().integer(0) >= kWaitingMax) return kFull;
  return done(tx.execute(
      "INSERT INTO room_questions (shop_id, question, room, author, name, text, answer, state, pinned,"
      " practice, asked_ms, moved_ms) VALUES ('default', $1, $2, $3, $4, $5, '', 0, 0, $6, $7, $7)",
      question.id, question.room, question.author, question.name, question.text, question.practice,
      question.asked));
}

Result<Question> question_by_id(Transaction& tx, QuestionId id) {
  const auto rows = tx.query(std::string(kColumns) + "WHERE question = $1", id);
  if (!rows) return rows.error();
  if (rows->empty()) return kNoQuestion;
  return question_row(rows->front());
}

Result<std::vector<Question>> questions_of(Transaction& tx, const std::string& room, QuestionState state,
                                           bool practice) {
  return question_rows(
      tx.query(std::string(kColumns) +
                   "WHERE room = $1 AND state = $2 AND practice = $3 ORDER BY question DESC LIMIT $4",
               room, state, practice, kQuestionListMax));
}

Result<std::vector<Question>> questions_by(Transaction& tx, const std::string& room,
                                           const std::string& author) {
  return question_rows(
      tx.query(std::string(kColumns) +
                   "WHERE room = $1 AND author = $2 AND state <> 3 ORDER BY question DESC LIMIT $3",
               room, author, kQuestionListMax));
}

Result<int64_t> waiting_question_count(Transaction& tx, const std::string& room, bool practice) {
  const auto rows = tx.query(
      "SELECT count(*) FROM room_questions WHERE room = $1 AND state = 0 AND practice = $2", room, practice);
  if (!rows) return rows.error();
  return rows->front().integer(0);
}

Result<void> move_question(Transaction& tx, const Question& question, QuestionState from, WallTime now) {
  if (question.pinned) {
    const auto others =
        tx.execute("UPDATE room_questions SET pinned = 0 WHERE room = $1 AND question <> $2 AND pinned = 1",
                   question.room, question.id);
    if (!others) return others.error();
  }
  const auto moved = tx.execute(
      "UPDATE room_questions SET state = $3, answer = $4, pinned = $5, moved_ms = $6"
      " WHERE question = $1 AND state = $2",
      question.id, from, question.state, question.answer, question.pinned, now);
  if (!moved) return moved.error();
  if (*moved == 0) return kNotNow;
  return {};
}

Result<void> close_questions(Transaction& tx, const std::string& room, WallTime now) {
  return done(tx.execute(
      "UPDATE room_questions SET state = 3, pinned = 0, moved_ms = $2 WHERE room = $1 AND state <> 3", room,
      now));
}

Result<void> set_question_desk(Transaction& tx, const std::string& room, QuestionDesk desk) {
  return done(tx.execute(
      "INSERT INTO room_question_desks (shop_id, room, open, practice) VALUES ('default', $1, $2, $3)"
      " ON CONFLICT (room) DO UPDATE SET open = excluded.open, practice = excluded.practice",
      room, desk.open, desk.practice));
}

Result<QuestionDesk> question_desk_of(Transaction& tx, const std::string& room) {
  const auto rows = tx.query("SELECT open, practice FROM room_question_desks WHERE room = $1", room);
  if (!rows) return rows.error();
  if (rows->empty()) return QuestionDesk{};
  return QuestionDesk{rows->front().integer(0) != 0, rows->front().integer(1) != 0};
}

}  // namespace vitrine
