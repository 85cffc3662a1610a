// The steps of questions: asked by viewers, shown, answered, pinned and closed by who runs the room. A
// question keeps to the rules of a chat line; the others see it only when it is shown.
//
// Owns    nothing; works on the context and the room service.
// Thread  any core; what touches a room goes to its home.
// Never   tells the room who asked, but for the name.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "net/problem.h"
#include "rooms/question_store.h"
#include "rooms/room_service.h"

namespace vitrine {

struct AskedQuestion {
  Question question;
  bool replayed = false;
};
struct QuestionLists {
  bool open = false;
  std::vector<Question> shown;    // and answered
  std::vector<Question> waiting;  // of staff: all; of a viewer: its own
};

class QuestionService {
 public:
  QuestionService(RoomsContext& context, RoomService& rooms) : context_(context), rooms_(rooms) {}

  // Start-up, after the rooms. Errors: the database's.
  Task<Result<void>> load();

  // All below: `not_found` "rooms.room" or "rooms.question", and the database's errors.

  // Problems: `conflict` "rooms.questions_closed"; what the chat gate refuses a line with; insert_question's.
  Task<std::variant<AskedQuestion, Problem>> ask(std::string room, ChatAuthor who, std::string text,
                                                 IdempotencyKey key);
  // Closing closes every question too.
  Task<Result<void>> set_open(std::string room, bool open);
  // Errors: `conflict` "rooms.question_state".
  Task<Result<Question>> move(QuestionId id, QuestionStep step, std::string answer);
  // Errors: `conflict` "rooms.question_state" when viewers do not see it.
  Task<Result<Question>> pin(QuestionId id, bool pinned);
  Task<Result<Question>> find(QuestionId id);
  Task<Result<QuestionLists>> lists_for_staff(std::string room);
  Task<Result<QuestionLists>> lists_for(std::string room, std::string viewer);

 private:
  Task<Result<void>> load_one(RoomHandlePtr room);
  Task<Result<std::optional<AskedQuestion>>> asked_before(IdempotencyKey key);
  Task<Result<AskedQuestion>> keep(Question question, IdempotencyKey key);
  Task<Result<Question>> write(Question question, QuestionState from);

  RoomsContext& context_;
  RoomService& rooms_;
};

}  // namespace vitrine
