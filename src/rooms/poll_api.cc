#include "rooms/poll_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoPoll{ErrorKind::not_found, "rooms.poll"};
constexpr size_t kOptionCharsMax = 30;

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method, .path = path, .operation = operation, .tag = "polls", .summary = summary};
}
RouteSpec staff(RouteSpec spec) {
  spec.access = Access::staff;
  spec.right = Right::room_write;
  return spec;
}
RouteSpec viewer(RouteSpec spec) {
  spec.access = Access::viewer;
  return spec;
}

PollView view_of(const Poll& poll, std::optional<int64_t> mine = std::nullopt) {
  const PollState told = poll.state == PollState::closing ? PollState::closed : poll.state;
  return {.poll = poll.id,
          .question = poll.question,
          .options = poll.options,
          .state = std::string(enum_names(told)[static_cast<size_t>(told)]),
          .counts = poll.counts,
          .mine = mine,
          .made_at_ms = poll.made.ms};
}

std::optional<Problem> options_problem(const std::vector<std::string>& options) {
  for (size_t place = 0; place < options.size(); ++place) {
    const size_t chars = count_utf8(options[place]).value_or(0);
    if (chars >= 1 && chars <= kOptionCharsMax) continue;
    Problem problem{ErrorKind::invalid_input, "request.field", "An option has 1 to 30 characters."};
    problem.field = "/options/" + std::to_string(place);
    return problem;
  }
  return std::nullopt;
}

}  // namespace

void PollApi::add_routes(Router& router) {
  auto makes = staff(route(HttpMethod::post, "/v1/rooms/{room}/polls", "makePoll", "Prepare a poll"));
  makes.idempotent = true;
  makes.status = 201;
  router.add<NewPoll, PollView>(
      makes, [this](Call call, NewPoll body) { return make(std::move(call), std::move(body)); });
  router.add<NoBody, PollList>(
      staff(route(HttpMethod::get, "/v1/rooms/{room}/polls", "listPolls", "A room's polls, newest first")),
      [this](Call call) { return list(std::move(call)); });
  router.add<NoBody, PollView>(
      staff(route(HttpMethod::post, "/v1/polls/{poll}/open", "openPoll", "Let viewers vote")),
      [this](Call call) { return open(std::move(call)); });
  router.add<NoBody, PollView>(
      staff(route(HttpMethod::post, "/v1/polls/{poll}/close", "closePoll", "End a poll and show its result")),
      [this](Call call) { return close(std::move(call)); });
  router.add<NoBody, PollView>(
      viewer(route(HttpMethod::get, "/v1/polls/{poll}", "getPoll", "A poll and the viewer's own vote")),
      [this](Call call) { return get(std::move(call)); });
  router.add<PollVote, PollView>(
      viewer(route(HttpMethod::put, "/v1/polls/{poll}/vote", "vote", "Vote, once and for good")),
      [this](Call call, PollVote body) { return vote(std::move(call), body); });
}

Task<void> PollApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<PollView>> PollApi::make(Call call, NewPoll body) {
  if (!context_.database) co_return kUnavailable;
  if (auto problem = options_problem(body.options)) co_return *problem;
  const auto made = co_await service_.make(call.param("room"), std::move(body.question),
                                           std::move(body.options), key_of(call, "makePoll"));
  if (!made) co_return made.error();
  Reply<PollView> reply = view_of(made->poll);
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<PollList>> PollApi::list(Call call) {
  if (!context_.database) co_return kUnavailable;
  const auto polls = co_await service_.list(call.param("room"));
  if (!polls) co_return polls.error();
  PollList out;
  for (const Poll& poll : *polls) out.items.push_back(view_of(poll));
  co_return out;
}

// A viewer sees a poll that was opened, in a room it may be in.
Task<Result<PollSeen>> PollApi::poll_for(const Call& call) {
  if (!context_.database) co_return kUnavailable;
  const auto id = PollId::parse(call.param("poll"));
  if (!id) co_return kNoPoll;
  auto seen = co_await service_.find(*id, call.caller.viewer_id());
  if (!seen || call.caller.staff) co_return seen;
  if (seen->poll.state == PollState::draft || seen->poll.practice) co_return kNoPoll;
  if (!context_.doors.ask(seen->poll.room, visitor_of(call.caller, call.request->remote)).lets_in())
    co_return Error{ErrorKind::forbidden, "rooms.outside"};
  co_return seen;
}

Task<Reply<PollView>> PollApi::open(Call call) {
  const auto known = co_await poll_for(call);
  if (!known) co_return known.error();
  const auto opened = co_await service_.open(known->poll.id);
  if (!opened) co_return opened.error();
  co_await audit(audit_entry_of(call, "poll.open", opened->id.str()));
  co_return view_of(*opened);
}

Task<Reply<PollView>> PollApi::close(Call call) {
  const auto known = co_await poll_for(call);
  if (!known) co_return known.error();
  const auto closed = co_await service_.close(known->poll.id);
  if (!closed) co_return closed.error();
  co_await audit(audit_entry_of(call, "poll.close", closed->id.str()));
  co_return view_of(*closed);
}

Task<Reply<PollView>> PollApi::get(Call call) {
  const auto seen = co_await poll_for(call);
  if (!seen) co_return seen.error();
  co_return view_of(seen->poll, seen->mine);
}

Task<Reply<PollView>> PollApi::vote(Call call, PollVote body) {
  const auto known = co_await poll_for(call);
  if (!known) co_return known.error();
  const auto voted = co_await service_.vote(known->poll.id, call.caller.viewer_id(), body.option);
  if (!voted) co_return voted.error();
  co_return view_of(voted->poll, voted->mine);
}

}  // namespace vitrine
