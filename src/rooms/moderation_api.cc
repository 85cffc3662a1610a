#include "rooms/moderation_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoLine{ErrorKind::not_found, "rooms.message"};

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method, .path = path, .operation = operation, .tag = "moderation", .summary = summary};
}

SanctionView view_of(const Sanction& sanction) {
  return {sanction.kind,     sanction.scope,  sanction.account, sanction.name,
          sanction.until.ms, sanction.reason, sanction.by,      sanction.at.ms};
}

template <class T>
std::optional<T> enum_of(std::string_view text) {
  constexpr auto names = enum_names(T{});
  for (size_t index = 0; index < names.size(); ++index) {
    if (names[index] == text) return static_cast<T>(index);
  }
  return std::nullopt;
}

RoomAct act_of(SanctionKind kind) {
  switch (kind) {
    case SanctionKind::mute:
      return RoomAct::mute;
    case SanctionKind::kick:
      return RoomAct::kick;
    case SanctionKind::ban:
      return RoomAct::ban;
  }
  return RoomAct::ban;
}

}  // namespace

void ModerationApi::add_routes(Router& router) {
  add_chat_routes(router);
  add_people_routes(router);
}

void ModerationApi::add_chat_routes(Router& router) {
  router.add<NoBody, NoContent>(route(HttpMethod::del, "/v1/rooms/{room}/messages/{message}", "deleteMessage",
                                      "Take a chat line off every screen"),
                                [this](Call call) { return delete_message(std::move(call)); });
  router.add<NoBody, ChatRulesView>(
      route(HttpMethod::get, "/v1/rooms/{room}/chat-rules", "getChatRules", "What a line must keep to"),
      [this](Call call) { return chat_rules(std::move(call)); });
  router.add<ChatRulesView, ChatRulesView>(
      route(HttpMethod::put, "/v1/rooms/{room}/chat-rules", "setChatRules", "Replace the chat rules"),
      [this](Call call, ChatRulesView body) { return set_chat_rules(std::move(call), std::move(body)); });
  router.add<NoBody, HeldLineList>(
      route(HttpMethod::get, "/v1/rooms/{room}/held", "listHeldLines", "Lines that wait for a moderator"),
      [this](Call call) { return held(std::move(call)); });
  router.add<NoBody, NoContent>(route(HttpMethod::post, "/v1/rooms/{room}/held/{message}/approve",
                                      "approveLine", "Show a line that waited"),
                                [this](Call call) { return approve(std::move(call)); });
  router.add<NoBody, NoContent>(
      route(HttpMethod::del, "/v1/rooms/{room}/held/{message}", "dropLine", "Do not show a line that waited"),
      [this](Call call) { return drop_held(std::move(call)); });
  auto reports_line =
      route(HttpMethod::post, "/v1/rooms/{room}/reports", "reportMessage", "Tell staff about a line");
  reports_line.access = Access::viewer;
  reports_line.idempotent = true;
  router.add<NewReport, NoContent>(
      reports_line, [this](Call call, NewReport body) { return report(std::move(call), std::move(body)); });
  router.add<NoBody, ReportedLineList>(
      route(HttpMethod::get, "/v1/rooms/{room}/reports", "listReports", "Reported lines nobody has handled"),
      [this](Call call) { return reports(std::move(call)); });
  router.add<ReportDecision, NoContent>(
      route(HttpMethod::post, "/v1/rooms/{room}/reports/{message}/close", "closeReport",
            "Say what became of a reported line"),
      [this](Call call, ReportDecision body) { return close_report(std::move(call), body); });
}

void ModerationApi::add_people_routes(Router& router) {
  router.add<NoBody, SanctionList>(route(HttpMethod::get, "/v1/rooms/{room}/sanctions", "listSanctions",
                                         "Who is muted, kicked or banned here or everywhere"),
                                   [this](Call call) { return sanctions(std::move(call)); });
  auto sanctions_viewer = route(HttpMethod::post, "/v1/rooms/{room}/sanctions", "sanctionViewer",
                                "Mute, kick or ban a viewer here or everywhere");
  sanctions_viewer.idempotent = true;
  sanctions_viewer.status = 201;
  router.add<NewSanction, SanctionView>(sanctions_viewer, [this](Call call, NewSanction body) {
    return sanction(std::move(call), std::move(body));
  });
  auto lifts = route(HttpMethod::del, "/v1/rooms/{room}/sanctions/{account}/{kind}", "liftSanction",
                     "End a sanction before its time");
  lifts.query = {{"scope", "room (the default) or site"}};
  router.add<NoBody, NoContent>(lifts, [this](Call call) { return lift(std::move(call)); });
  router.add<NoBody, DeskView>(route(HttpMethod::get, "/v1/rooms/{room}/desk", "getRoomDesk",
                                     "What waits to be handled, and what the caller may do here"),
                               [this](Call call) { return desk(std::move(call)); });
  router.add<NoBody, RoomRoleList>(
      route(HttpMethod::get, "/v1/rooms/{room}/roles", "listRoomRoles", "Who has a role in this room"),
      [this](Call call) { return roles(std::move(call)); });
  router.add<NewRoomRole, NoContent>(
      route(HttpMethod::put, "/v1/rooms/{room}/roles/{account}", "setRoomRole", "Give a role in this room"),
      [this](Call call, NewRoomRole body) { return set_role(std::move(call), std::move(body)); });
  router.add<NoBody, NoContent>(
      route(HttpMethod::del, "/v1/rooms/{room}/roles/{account}", "dropRoomRole", "Take a role back"),
      [this](Call call) { return drop_role(std::move(call)); });
}

std::optional<Error> ModerationApi::refusal(const Call& call, RoomAct act) const {
  if (!context_.database) return kUnavailable;
  if (context_.roles.allows(call.caller, call.param("room"), act)) return std::nullopt;
  if (!call.caller.staff && !call.caller.is_buyer())
    return Error{ErrorKind::unauthenticated, "members.staff_only"};
  return Error{ErrorKind::forbidden, "members.no_right"};
}

// What staff did is done even when the log cannot take the line; that is said in our own log.
Task<void> ModerationApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<NoContent>> ModerationApi::delete_message(Call call) {
  if (const auto no = refusal(call, RoomAct::delete_line)) co_return *no;
  const auto message = MessageId::parse(call.param("message"));
  if (!message) co_return kNoLine;
  const auto deleted = co_await rooms_.delete_message(call.param("room"), *message);
  if (!deleted) co_return deleted.error();
  co_await audit(audit_entry_of(call, "room.delete_message", call.param("room") + "/" + message->str()));
  co_return NoContent{};
}

Task<Reply<ChatRulesView>> ModerationApi::chat_rules(Call call) {
  if (const auto no = refusal(call, RoomAct::chat_rules)) co_return *no;
  auto rules = co_await service_.chat_settings(call.param("room"));
  if (!rules) co_return rules.error();
  co_return ChatRulesView{rules->slow_mode_s,         rules->review,  rules->speakers,
                          rules->new_account_minutes, rules->on_word, std::move(rules->words),
                          std::move(rules->patterns)};
}

Task<Reply<ChatRulesView>> ModerationApi::set_chat_rules(Call call, ChatRulesView body) {
  if (const auto no = refusal(call, RoomAct::chat_rules)) co_return *no;
  if (const auto fault = pattern_fault(body.patterns)) {
    Problem problem{ErrorKind::invalid_input, "rooms.pattern", "This pattern cannot be used: " + fault->why};
    problem.field = "/patterns/" + std::to_string(fault->index);
    co_return problem;
  }
  ChatSettings settings{body.slow_mode_s, body.review, body.speakers, body.new_account_minutes,
                        body.on_word,     body.words,  body.patterns};
  const auto set = co_await service_.set_chat_settings(call.param("room"), std::move(settings));
  if (!set) co_return set.error();
  co_await audit(audit_entry_of(call, "room.chat_rules", call.param("room")));
  co_return body;
}

Task<Reply<HeldLineList>> ModerationApi::held(Call call) {
  if (const auto no = refusal(call, RoomAct::review_lines)) co_return *no;
  const auto lines = co_await service_.held(call.param("room"));
  if (!lines) co_return lines.error();
  HeldLineList out;
  for (const auto& [line, why] : *lines)
    out.items.push_back({line.id.str(), line.from.id, line.from.name, line.text, line.at.ms, why});
  co_return out;
}

Task<Reply<NoContent>> ModerationApi::approve(Call call) {
  if (const auto no = refusal(call, RoomAct::review_lines)) co_return *no;
  const auto message = MessageId::parse(call.param("message"));
  if (!message) co_return kNoLine;
  const auto shown = co_await service_.approve(call.param("room"), *message);
  if (!shown) co_return shown.error();
  co_await audit(audit_entry_of(call, "room.approve_line", call.param("room") + "/" + message->str()));
  co_return NoContent{};
}

Task<Reply<NoContent>> ModerationApi::drop_held(Call call) {
  if (const auto no = refusal(call, RoomAct::review_lines)) co_return *no;
  const auto message = MessageId::parse(call.param("message"));
  if (!message) co_return kNoLine;
  const auto dropped = co_await service_.drop_held(call.param("room"), *message);
  if (!dropped) co_return dropped.error();
  co_await audit(audit_entry_of(call, "room.drop_line", call.param("room") + "/" + message->str()));
  co_return NoContent{};
}

// The key of a report is its line and reporter: sent twice, it is there once.
Task<Reply<NoContent>> ModerationApi::report(Call call, NewReport body) {
  if (!context_.database) co_return kUnavailable;
  const auto message = MessageId::parse(body.message);
  if (!message) co_return kNoLine;
  Report report{.line = {.id = *message, .from = {}, .text = {}, .at = {}},
                .reporter = call.caller.viewer_id(),
                .reason = body.reason,
                .note = body.note.value_or(""),
                .at = context_.clock.wall()};
  const auto added = co_await service_.report(call.param("room"), std::move(report));
  if (!added) co_return added.error();
  co_return NoContent{};
}

Task<Reply<ReportedLineList>> ModerationApi::reports(Call call) {
  if (const auto no = refusal(call, RoomAct::handle_reports)) co_return *no;
  const auto reports = co_await service_.reports(call.param("room"));
  if (!reports) co_return reports.error();
  ReportedLineList out;
  for (const ReportedLine& reported : *reports) {
    const ChatLine& line = reported.line;
    out.items.push_back({line.id.str(), line.from.id, line.from.name, line.text, line.at.ms, reported.reports,
                         reported.reasons, reported.notes});
  }
  co_return out;
}

Task<Reply<NoContent>> ModerationApi::close_report(Call call, ReportDecision body) {
  if (const auto no = refusal(call, RoomAct::handle_reports)) co_return *no;
  const auto message = MessageId::parse(call.param("message"));
  if (!message) co_return kNoLine;
  const auto closed =
      co_await service_.close_report(call.param("room"), *message, body.outcome, actor_name(call.caller));
  if (!closed) co_return closed.error();
  co_await audit(audit_entry_of(call, "room.close_report", call.param("room") + "/" + message->str()));
  co_return NoContent{};
}

Task<Reply<SanctionList>> ModerationApi::sanctions(Call call) {
  if (const auto no = refusal(call, RoomAct::mute)) co_return *no;
  const auto sanctions = co_await service_.sanctions(call.param("room"));
  if (!sanctions) co_return sanctions.error();
  SanctionList out;
  for (const Sanction& sanction : *sanctions) out.items.push_back(view_of(sanction));
  co_return out;
}

Task<Reply<SanctionView>> ModerationApi::sanction(Call call, NewSanction body) {
  if (const auto no = refusal(call, act_of(body.kind))) co_return *no;
  const bool everywhere = body.scope == SanctionScope::site;
  if (everywhere && !(call.caller.staff && call.caller.staff->may(Right::room_moderate)))
    co_return Error{ErrorKind::forbidden, "members.no_right"};
  if (body.kind != SanctionKind::kick && !body.minutes) {
    Problem problem{ErrorKind::invalid_input, "request.field", "/minutes is required for a mute or ban"};
    problem.field = "/minutes";
    co_return problem;
  }
  const WallTime now = context_.clock.wall();
  const Milliseconds lasts =
      body.kind == SanctionKind::kick ? kKickLasts : Milliseconds(std::chrono::minutes(*body.minutes));
  Sanction sanction{.kind = body.kind,
                    .scope = body.scope,
                    .account = body.account,
                    .name = {},
                    .until = now + lasts,
                    .reason = body.reason,
                    .by = actor_name(call.caller),
                    .at = now};
  const auto done =
      co_await service_.sanction(call.param("room"), std::move(sanction), key_of(call, "sanctionViewer"));
  if (!done) co_return done.error();
  const std::string act = "room." + std::string(enum_names(body.kind)[static_cast<size_t>(body.kind)]);
  const std::string place = everywhere ? "*" : call.param("room");
  if (!done->replayed) co_await audit(audit_entry_of(call, act, place + "/" + body.account));
  Reply<SanctionView> reply = view_of(done->sanction);
  reply.replayed = done->replayed;
  co_return reply;
}

Task<Reply<NoContent>> ModerationApi::lift(Call call) {
  const auto kind = enum_of<SanctionKind>(call.param("kind"));
  const auto scope = enum_of<SanctionScope>(call.request->query_value("scope").value_or("room"));
  if (!kind || !scope) co_return Error{ErrorKind::not_found, "rooms.sanction"};
  if (const auto no = refusal(call, act_of(*kind))) co_return *no;
  const bool everywhere = *scope == SanctionScope::site;
  if (everywhere && !(call.caller.staff && call.caller.staff->may(Right::room_moderate)))
    co_return Error{ErrorKind::forbidden, "members.no_right"};
  const auto lifted = co_await service_.lift(call.param("room"), *scope, *kind, call.param("account"));
  if (!lifted) co_return lifted.error();
  const std::string place = everywhere ? "*" : call.param("room");
  co_await audit(
      audit_entry_of(call, "room.lift_" + call.param("kind"), place + "/" + call.param("account")));
  co_return NoContent{};
}

Task<Reply<DeskView>> ModerationApi::desk(Call call) {
  if (!context_.database) co_return kUnavailable;
  DeskView out;
  out.acts = context_.roles.acts_of(call.caller, call.param("room"));
  if (out.acts.empty()) co_return Error{ErrorKind::forbidden, "members.no_right"};
  const auto count = co_await service_.desk(call.param("room"));
  if (!count) co_return count.error();
  out.held = count->held;
  out.reports = count->reports;
  out.questions = count->questions;
  co_return out;
}

Task<Reply<RoomRoleList>> ModerationApi::roles(Call call) {
  if (const auto no = refusal(call, RoomAct::room_roles)) co_return *no;
  const auto rows = co_await service_.roles(call.param("room"));
  if (!rows) co_return rows.error();
  RoomRoleList out;
  for (const RoomRoleRow& row : *rows)
    out.items.push_back({row.account, row.name, row.role, row.by, row.at.ms});
  co_return out;
}

Task<Reply<NoContent>> ModerationApi::set_role(Call call, NewRoomRole body) {
  if (const auto no = refusal(call, RoomAct::room_roles)) co_return *no;
  RoomRoleRow row{.room = call.param("room"),
                  .account = call.param("account"),
                  .name = body.name,
                  .role = body.role,
                  .by = actor_name(call.caller),
                  .at = context_.clock.wall()};
  const auto set = co_await service_.set_role(std::move(row));
  if (!set) co_return set.error();
  co_await audit(audit_entry_of(call, "room.set_role", call.param("room") + "/" + call.param("account")));
  co_return NoContent{};
}

Task<Reply<NoContent>> ModerationApi::drop_role(Call call) {
  if (const auto no = refusal(call, RoomAct::room_roles)) co_return *no;
  const auto dropped = co_await service_.drop_role(call.param("room"), call.param("account"));
  if (!dropped) co_return dropped.error();
  co_await audit(audit_entry_of(call, "room.drop_role", call.param("room") + "/" + call.param("account")));
  co_return NoContent{};
}

}  // namespace vitrine
