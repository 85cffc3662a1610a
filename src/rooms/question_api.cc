#include "rooms/question_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoQuestion{ErrorKind::not_found, "rooms.question"};
constexpr Error kOutside{ErrorKind::forbidden, "rooms.outside"};

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method, .path = path, .operation = operation, .tag = "questions", .summary = summary};
}
RouteSpec viewer(RouteSpec spec) {
  spec.access = Access::viewer;
  return spec;
}

QuestionView view_of(const Question& question) {
  return {.question = question.id,
          .account = std::nullopt,
          .name = question.name,
          .text = question.text,
          .answer = question.answer,
          .state = question.state,
          .pinned = question.pinned,
          .asked_at_ms = question.asked.ms};
}
QuestionView staff_view_of(const Question& question) {
  QuestionView out = view_of(question);
  out.account = question.author;
  return out;
}

}  // namespace

void QuestionApi::add_routes(Router& router) {
  auto asks =
      viewer(route(HttpMethod::post, "/v1/rooms/{room}/questions", "askQuestion", "Ask the host something"));
  asks.idempotent = true;
  asks.status = 201;
  router.add<NewQuestion, QuestionView>(
      asks, [this](Call call, NewQuestion body) { return ask(std::move(call), std::move(body)); });
  router.add<NoBody, QuestionList>(
      viewer(route(HttpMethod::get, "/v1/rooms/{room}/questions", "listQuestions",
                   "Questions the room sees, and the viewer's own")),
      [this](Call call) { return list(std::move(call)); });
  router.add<NoBody, QuestionDeskView>(
      route(HttpMethod::get, "/v1/rooms/{room}/questions/desk", "getQuestionDesk",
            "Questions that wait and those the room sees, with who asked"),
      [this](Call call) { return desk(std::move(call)); });
  router.add<QuestionsSwitch, QuestionDeskView>(
      route(HttpMethod::put, "/v1/rooms/{room}/questions/desk", "openQuestions",
            "Let viewers ask, or close that and every question with it"),
      [this](Call call, QuestionsSwitch body) { return set_open(std::move(call), body); });
  router.add<NoBody, QuestionView>(
      route(HttpMethod::post, "/v1/questions/{question}/show", "showQuestion", "Let the room see a question"),
      [this](Call call) { return move(std::move(call), QuestionStep::show, {}); });
  router.add<QuestionAnswer, QuestionView>(route(HttpMethod::post, "/v1/questions/{question}/answer",
                                                 "answerQuestion", "Answer a question, in writing or aloud"),
                                           [this](Call call, QuestionAnswer body) {
                                             return move(std::move(call), QuestionStep::answer,
                                                         std::move(body.answer));
                                           });
  router.add<QuestionPin, QuestionView>(
      route(HttpMethod::put, "/v1/questions/{question}/pin", "pinQuestion",
            "Keep one question over the picture, or no longer"),
      [this](Call call, QuestionPin body) { return pin(std::move(call), body); });
  router.add<NoBody, QuestionView>(
      route(HttpMethod::post, "/v1/questions/{question}/close", "closeQuestion", "Take a question away"),
      [this](Call call) { return move(std::move(call), QuestionStep::close, {}); });
}

std::optional<Error> QuestionApi::refusal(const Call& call, const std::string& room) const {
  if (!context_.database) return kUnavailable;
  if (context_.roles.allows(call.caller, room, RoomAct::questions)) return std::nullopt;
  if (!call.caller.staff && !call.caller.is_buyer())
    return Error{ErrorKind::unauthenticated, "members.staff_only"};
  return Error{ErrorKind::forbidden, "members.no_right"};
}

Task<void> QuestionApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<QuestionView>> QuestionApi::ask(Call call, NewQuestion body) {
  if (!context_.database) co_return kUnavailable;
  const std::string room = call.param("room");
  if (!context_.doors.ask(room, visitor_of(call.caller, call.request->remote)).lets_in()) co_return kOutside;
  auto asked = co_await service_.ask(room, author_of(call.caller, call.request->remote), std::move(body.text),
                                     key_of(call, "askQuestion"));
  if (const auto* problem = std::get_if<Problem>(&asked)) co_return *problem;
  const auto& made = std::get<AskedQuestion>(asked);
  Reply<QuestionView> reply = view_of(made.question);
  reply.replayed = made.replayed;
  co_return reply;
}

Task<Reply<QuestionList>> QuestionApi::list(Call call) {
  if (!context_.database) co_return kUnavailable;
  const std::string room = call.param("room");
  if (!context_.doors.ask(room, visitor_of(call.caller, call.request->remote)).lets_in()) co_return kOutside;
  const auto lists = co_await service_.lists_for(room, call.caller.viewer_id());
  if (!lists) co_return lists.error();
  QuestionList out{.open = lists->open};
  for (const Question& question : lists->shown) out.items.push_back(view_of(question));
  for (const Question& question : lists->waiting) out.mine.push_back(view_of(question));
  co_return out;
}

Task<Reply<QuestionDeskView>> QuestionApi::desk(Call call) {
  const std::string room = call.param("room");
  if (const auto no = refusal(call, room)) co_return *no;
  const auto lists = co_await service_.lists_for_staff(room);
  if (!lists) co_return lists.error();
  QuestionDeskView out{.open = lists->open};
  for (const Question& question : lists->waiting) out.waiting.push_back(staff_view_of(question));
  for (const Question& question : lists->shown) out.shown.push_back(staff_view_of(question));
  co_return out;
}

Task<Reply<QuestionDeskView>> QuestionApi::set_open(Call call, QuestionsSwitch body) {
  const std::string room = call.param("room");
  if (const auto no = refusal(call, room)) co_return *no;
  const auto done = co_await service_.set_open(room, body.open);
  if (!done) co_return done.error();
  co_await audit(audit_entry_of(call, body.open ? "questions.open" : "questions.close", room));
  co_return co_await desk(std::move(call));
}

// One that exists, in a room whose questions the caller runs.
Task<Result<QuestionId>> QuestionApi::question_for(const Call& call) {
  if (!context_.database) co_return kUnavailable;
  const auto id = QuestionId::parse(call.param("question"));
  if (!id) co_return kNoQuestion;
  const auto question = co_await service_.find(*id);
  if (!question) co_return question.error();
  if (const auto no = refusal(call, question->room)) co_return *no;
  co_return *id;
}

Task<Reply<QuestionView>> QuestionApi::move(Call call, QuestionStep step, std::string answer) {
  const auto id = co_await question_for(call);
  if (!id) co_return id.error();
  const auto moved = co_await service_.move(*id, step, std::move(answer));
  if (!moved) co_return moved.error();
  const std::string act = "question." + std::string(enum_names(step)[static_cast<size_t>(step)]);
  co_await audit(audit_entry_of(call, act, id->str()));
  co_return staff_view_of(*moved);
}

Task<Reply<QuestionView>> QuestionApi::pin(Call call, QuestionPin body) {
  const auto id = co_await question_for(call);
  if (!id) co_return id.error();
  const auto pinned = co_await service_.pin(*id, body.pinned);
  if (!pinned) co_return pinned.error();
  co_await audit(audit_entry_of(call, body.pinned ? "question.pin" : "question.unpin", id->str()));
  co_return staff_view_of(*pinned);
}

}  // namespace vitrine
