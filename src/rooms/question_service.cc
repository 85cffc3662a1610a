#include "rooms/question_service.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNotNow{ErrorKind::conflict, "rooms.question_state"};
constexpr Error kNotOpen{ErrorKind::conflict, "rooms.questions_closed"};

// What the gate refuses a chat line with, as an answer over HTTP.
Problem problem_of(const ChatRefusal& refusal) {
  const RoomError error = room_error(refusal.slug);
  const bool waits = refusal.retry_after.has_value();
  const bool ours = refusal.slug == "rooms.unavailable";
  const ErrorKind kind = ours    ? ErrorKind::unavailable
                         : waits ? ErrorKind::too_fast
                                 : ErrorKind::invalid_input;
  Problem out{kind, std::string(refusal.slug), std::string(error.detail)};
  if (waits) {
    out.retry_after_s =
        static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*refusal.retry_after).count());
    out.extra["retry_after_ms"] = refusal.retry_after->count();
  }
  return out;
}

using Judged = std::variant<std::string, Problem>;  // the line, clean

Task<Judged> judge_in_room(RoomHandlePtr handle, ChatAuthor who, std::string text) {
  const auto& room = handle->room();
  if (!room) co_return Judged(Problem(kNoRoom));
  if (!room->questions().open()) co_return Judged(Problem(kNotOpen));
  auto weighed = room->weigh(std::move(who), std::move(text));
  if (const auto* refused = std::get_if<ChatRefusal>(&weighed)) co_return Judged(problem_of(*refused));
  // A line that would be held goes on: nobody sees a question before who runs the room has.
  co_return Judged(std::get<Room::Weighed>(weighed).line.text);
}

// What a rehearsal opened is closed with it.
bool is_open(const QuestionDesk& desk, bool rehearses) {
  return desk.open && (!desk.practice || rehearses);
}

Result<QuestionLists> shown_lists(Transaction& tx, const std::string& room, bool practice) {
  QuestionLists out;
  for (const QuestionState state : {QuestionState::answered, QuestionState::shown}) {
    auto rows = questions_of(tx, room, state, practice);
    if (!rows) return rows.error();
    std::move(rows->begin(), rows->end(), std::back_inserter(out.shown));
  }
  std::sort(out.shown.begin(), out.shown.end(),
            [](const Question& one, const Question& other) { return one.id < other.id; });
  return out;
}

}  // namespace

Task<Result<void>> QuestionService::load() {
  for (const RoomHandlePtr& room : context_.directory.all()) {
    if (const auto loaded = co_await load_one(room); !loaded) co_return loaded;
  }
  co_return Result<void>();
}

Task<Result<void>> QuestionService::load_one(RoomHandlePtr room) {
  const bool rehearses = context_.lives.rehearses(room->name());
  auto work = [name = room->name(), rehearses](Transaction& tx) -> Result<QuestionLists> {
    const auto desk = question_desk_of(tx, name);
    if (!desk) return desk.error();
    auto lists = shown_lists(tx, name, rehearses);
    if (lists) lists->open = is_open(*desk, rehearses);
    return lists;
  };
  const auto known = co_await context_.database->read(std::move(work));
  if (!known) co_return known.error();
  std::function<void(Room&)> use = [lists = *known](Room& at) { at.know_questions(lists.open, lists.shown); };
  co_await rooms_.at_home(room, std::move(use));
  co_return Result<void>();
}

Task<Result<std::optional<AskedQuestion>>> QuestionService::asked_before(IdempotencyKey key) {
  auto work = [key](Transaction& tx) -> Result<std::optional<AskedQuestion>> {
    const auto known = find_effect(tx, key);
    if (!known) return known.error();
    if (!*known) return std::optional<AskedQuestion>();
    auto question = question_by_id(tx, QuestionId{**known});
    if (!question) return question.error();
    return std::optional(AskedQuestion{std::move(*question), true});
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<std::variant<AskedQuestion, Problem>> QuestionService::ask(std::string room, ChatAuthor who,
                                                                std::string text, IdempotencyKey key) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return Problem(kNoRoom);
  // Before the gate, which would find the same line said twice.
  auto before = co_await asked_before(key);
  if (!before) co_return Problem(before.error());
  if (*before) co_return std::move(**before);
  const auto account = AccountId::parse(who.id);
  who.follows = account && context_.follows.follows(room, *account);
  Question question{.id = context_.ids.next<QuestionId>(),
                    .room = room,
                    .author = who.id,
                    .name = who.name,
                    .practice = context_.lives.rehearses(room),
                    .asked = context_.clock.wall()};
  Task<Judged> judging = judge_in_room(handle, std::move(who), std::move(text));
  Judged judged = co_await on_core(handle->home(), std::move(judging));
  if (auto* problem = std::get_if<Problem>(&judged)) co_return std::move(*problem);
  question.text = std::move(std::get<std::string>(judged));
  auto kept = co_await keep(std::move(question), std::move(key));
  if (!kept) co_return Problem(kept.error());
  co_return std::move(*kept);
}

Task<Result<AskedQuestion>> QuestionService::keep(Question question, IdempotencyKey key) {
  auto work = [question, key](Transaction& tx) -> Result<AskedQuestion> {
    const auto known = find_effect(tx, key);  // the same request twice at one time
    if (!known) return known.error();
    if (*known) {
      auto kept = question_by_id(tx, QuestionId{**known});
      if (!kept) return kept.error();
      return AskedQuestion{std::move(*kept), true};
    }
    if (auto added = insert_question(tx, question); !added) return added.error();
    if (auto noted = record_effect(tx, key, question.id.value, question.asked); !noted) return noted.error();
    return AskedQuestion{question, false};
  };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<void>> QuestionService::set_open(std::string room, bool open) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  const QuestionDesk desk{open, context_.lives.rehearses(room)};
  RoomService::Effect effect = [room, desk, now = context_.clock.wall()](Transaction& tx) -> Result<void> {
    if (auto set = set_question_desk(tx, room, desk); !set || desk.open) return set;
    return close_questions(tx, room, now);
  };
  RoomEvent event{.body = questions_body(open), .change = QuestionsNews{open}};
  co_return co_await rooms_.publish(handle, std::move(event), std::move(effect));
}

// What viewers see of it changes with its row; one that nobody saw changes for its asker alone.
Task<Result<Question>> QuestionService::write(Question question, QuestionState from) {
  const auto handle = context_.directory.find(question.room);
  if (!handle) co_return kNoRoom;
  RoomService::Effect effect = [question, from, now = context_.clock.wall()](Transaction& tx) {
    return move_question(tx, question, from, now);
  };
  const bool unseen = from == QuestionState::waiting && question.state == QuestionState::closed;
  Result<void> written;
  if (unseen) {
    auto work = [effect](Transaction& tx) { return effect(tx); };
    written = co_await context_.database->write(std::move(work));
  } else {
    RoomEvent event{.body = question_body(question), .change = question};
    written = co_await rooms_.publish(handle, std::move(event), std::move(effect));
  }
  if (!written) co_return written.error();
  context_.lanes.send(question.author, own_question_event(question), question.room);
  co_return question;
}

Task<Result<Question>> QuestionService::move(QuestionId id, QuestionStep step, std::string answer) {
  auto question = co_await find(id);
  if (!question) co_return question.error();
  const QuestionState from = question->state;
  const auto to = next_state(from, step);
  if (!to) co_return kNotNow;
  question->state = *to;
  question->pinned = question->pinned && *to != QuestionState::closed;
  if (step == QuestionStep::answer) question->answer = std::move(answer);
  Task<Result<Question>> writing = write(std::move(*question), from);
  co_return co_await std::move(writing);
}

Task<Result<Question>> QuestionService::pin(QuestionId id, bool pinned) {
  auto question = co_await find(id);
  if (!question) co_return question.error();
  const QuestionState state = question->state;
  if (state != QuestionState::shown && state != QuestionState::answered) co_return kNotNow;
  question->pinned = pinned;
  Task<Result<Question>> writing = write(std::move(*question), state);
  co_return co_await std::move(writing);
}

Task<Result<Question>> QuestionService::find(QuestionId id) {
  auto work = [id](Transaction& tx) { return question_by_id(tx, id); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<QuestionLists>> QuestionService::lists_for_staff(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, rehearses = context_.lives.rehearses(room)](Transaction& tx) -> Result<QuestionLists> {
    auto out = shown_lists(tx, room, rehearses);
    if (!out) return out;
    const auto desk = question_desk_of(tx, room);
    if (!desk) return desk.error();
    auto waiting = questions_of(tx, room, QuestionState::waiting, rehearses);
    if (!waiting) return waiting.error();
    out->open = is_open(*desk, rehearses);
    out->waiting = std::move(*waiting);
    return out;
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<QuestionLists>> QuestionService::lists_for(std::string room, std::string viewer) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, viewer,
               rehearses = context_.lives.rehearses(room)](Transaction& tx) -> Result<QuestionLists> {
    auto out = shown_lists(tx, room, rehearses);
    if (!out) return out;
    const auto desk = question_desk_of(tx, room);
    if (!desk) return desk.error();
    auto own = questions_by(tx, room, viewer);
    if (!own) return own.error();
    out->open = is_open(*desk, rehearses);
    out->waiting = std::move(*own);
    return out;
  };
  co_return co_await context_.database->read(std::move(work));
}

}  // namespace vitrine
