// The SQL of questions. Closed ones stay as rows: who asked what, and what was answered.
//
// Thread  inside a closure of the database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rooms/question.h"
#include "store/transaction.h"

namespace vitrine {

extern const std::string_view kQuestionTables;

inline constexpr int64_t kOwnWaitingMax = 3;      // questions of one viewer that wait in a room
inline constexpr int64_t kWaitingMax = 500;       // questions that wait in a room
inline constexpr int64_t kQuestionListMax = 100;  // of one state in a list

// Whether viewers may ask in the room. `practice`: a rehearsal opened it.
struct QuestionDesk {
  bool open = false;
  bool practice = false;
};

// Errors: `exhausted` "rooms.questions_own" (the viewer has as many waiting as it may),
// "rooms.questions_full".
Result<void> insert_question(Transaction& tx, const Question& question);
// Errors: `not_found` "rooms.question".
Result<Question> question_by_id(Transaction& tx, QuestionId id);
// Of one state, newest first; with `practice` those of rehearsals only, else none of them.
Result<std::vector<Question>> questions_of(Transaction& tx, const std::string& room, QuestionState state,
                                           bool practice);
// The viewer's own that are not closed, newest first.
Result<std::vector<Question>> questions_by(Transaction& tx, const std::string& room,
                                           const std::string& author);
Result<int64_t> waiting_question_count(Transaction& tx, const std::string& room, bool practice);
// Writes state, answer and pin; a pinned one unpins the others. Errors: `conflict` "rooms.question_state"
// when it is not in `from`.
Result<void> move_question(Transaction& tx, const Question& question, QuestionState from, WallTime now);
// Closes all questions of the room that are not.
Result<void> close_questions(Transaction& tx, const std::string& room, WallTime now);

Result<void> set_question_desk(Transaction& tx, const std::string& room, QuestionDesk desk);
Result<QuestionDesk> question_desk_of(Transaction& tx, const std::string& room);

}  // namespace vitrine
