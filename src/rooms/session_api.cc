#include "rooms/session_api.h"

#include <charconv>

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoSession{ErrorKind::not_found, "rooms.session"};
constexpr Error kCursor{ErrorKind::invalid_input, "request.cursor"};
constexpr int64_t kPage = 50;
constexpr int64_t kPageMax = 100;
constexpr int64_t kTimelinePage = 200;
constexpr int64_t kTimelinePageMax = 1'000;

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method, .path = path, .operation = operation, .tag = "sessions", .summary = summary};
}

RouteSpec staff(RouteSpec spec) {
  spec.access = Access::staff;
  spec.right = Right::room_write;
  return spec;
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int64_t limit_of(const Call& call, int64_t usual, int64_t most) {
  const auto asked = call.request->query_value("limit");
  const auto number = asked ? whole_number(*asked) : std::nullopt;
  return std::clamp<int64_t>(number.value_or(usual), 1, most);
}

// "T.EPOCH.SEQ"
std::string cursor_of(const TimelinePlace& place) {
  return std::to_string(place.t_ms) + "." + std::to_string(place.at.epoch) + "." +
         std::to_string(place.at.seq);
}
std::optional<TimelinePlace> place_of(std::string_view cursor) {
  const size_t first = cursor.find('.');
  const size_t second = first == std::string_view::npos ? first : cursor.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto t_ms = whole_number(cursor.substr(0, first));
  const auto epoch = whole_number(cursor.substr(first + 1, second - first - 1));
  const auto seq = whole_number(cursor.substr(second + 1));
  if (!t_ms || !epoch || !seq) return std::nullopt;
  return TimelinePlace{*t_ms, {*epoch, *seq}};
}

// A picture of ours: the page of every viewer loads it.
std::optional<Problem> cover_problem(const std::optional<std::string>& cover) {
  constexpr std::string_view kPictures = "/v1/pictures/";
  if (!cover || cover->empty()) return std::nullopt;
  const bool ours =
      cover->starts_with(kPictures) && PictureId::parse(std::string_view(*cover).substr(kPictures.size()));
  if (ours) return std::nullopt;
  Problem problem{ErrorKind::invalid_input, "rooms.cover", "A cover is the address of an uploaded picture."};
  problem.field = "/cover";
  return problem;
}

std::optional<std::string> kept_cover(const std::optional<std::string>& cover) {
  return cover && !cover->empty() ? cover : std::nullopt;
}

}  // namespace

void SessionApi::add_routes(Router& router) {
  constexpr std::string_view kOfRoom = "/v1/rooms/{room}/sessions";
  constexpr std::string_view kOne = "/v1/sessions/{session}";
  auto schedules =
      staff(route(HttpMethod::post, kOfRoom, "scheduleSession", "Announce or rehearse a live session"));
  schedules.idempotent = true;
  schedules.status = 201;
  router.add<NewSession, SessionView>(
      schedules, [this](Call call, NewSession body) { return schedule(std::move(call), std::move(body)); });
  auto lists = staff(route(HttpMethod::get, kOfRoom, "listSessions", "A room's live sessions, newest first"));
  lists.query = {{"limit", "1..100"}, {"cursor", "of the page before"}};
  router.add<NoBody, SessionList>(lists, [this](Call call) { return list(std::move(call)); });
  auto gets = route(HttpMethod::get, kOne, "getSession", "One live session");
  gets.access = Access::viewer;
  router.add<NoBody, SessionView>(gets, [this](Call call) { return get(std::move(call)); });
  router.add<SessionPatch, SessionView>(
      staff(route(HttpMethod::patch, kOne, "changeSession", "Change a session that is not live yet")),
      [this](Call call, SessionPatch body) { return patch(std::move(call), std::move(body)); });
  router.add<NoBody, SessionView>(staff(route(HttpMethod::post, "/v1/sessions/{session}/go-live", "goLive",
                                              "Let viewers see the picture")),
                                  [this](Call call) { return step(std::move(call), LiveStep::go_live); });
  router.add<NoBody, SessionView>(
      staff(route(HttpMethod::post, "/v1/sessions/{session}/end", "endSession", "End or cancel a session")),
      [this](Call call) { return step(std::move(call), LiveStep::end); });
  auto times = route(HttpMethod::get, "/v1/sessions/{session}/timeline", "getTimeline",
                     "Product events and chat of a session by the time of its picture");
  times.access = Access::viewer;
  times.query = {{"limit", "1..1000"}, {"cursor", "of the page before"}};
  router.add<NoBody, Timeline>(times, [this](Call call) { return timeline(std::move(call)); });
}

Task<void> SessionApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<SessionView>> SessionApi::schedule(Call call, NewSession body) {
  if (!context_.database) co_return kUnavailable;
  if (auto problem = cover_problem(body.cover)) co_return *problem;
  SessionDraft draft{.title = body.title.value_or(""),
                     .cover = kept_cover(body.cover),
                     .starts = body.starts_at_ms ? std::optional(WallTime{*body.starts_at_ms}) : std::nullopt,
                     .practice = body.practice.value_or(false)};
  const auto made =
      co_await service_.schedule(call.param("room"), std::move(draft), key_of(call, "scheduleSession"));
  if (!made) co_return made.error();
  if (!made->replayed) co_await audit(audit_entry_of(call, "session.schedule", made->session.id.str()));
  Reply<SessionView> reply = view_of(made->session);
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<SessionList>> SessionApi::list(Call call) {
  if (!context_.database) co_return kUnavailable;
  std::optional<LiveSessionId> before;
  if (const auto cursor = call.request->query_value("cursor")) {
    before = LiveSessionId::parse(*cursor);
    if (!before) co_return kCursor;
  }
  const int64_t limit = limit_of(call, kPage, kPageMax);
  const auto sessions = co_await service_.list(call.param("room"), before, limit + 1);
  if (!sessions) co_return sessions.error();
  SessionList out;
  for (const LiveSession& session : *sessions) {
    if (out.items.size() == static_cast<size_t>(limit)) {
      out.next = out.items.back().session.str();
      break;
    }
    out.items.push_back(view_of(session));
  }
  co_return out;
}

// A session is as open as its room is; a rehearsal is for staff.
Task<Result<LiveSession>> SessionApi::session_for(const Call& call) {
  if (!context_.database) co_return kUnavailable;
  const auto id = LiveSessionId::parse(call.param("session"));
  if (!id) co_return kNoSession;
  auto session = co_await service_.find(*id);
  if (!session) co_return session.error();
  if (call.caller.staff) co_return session;
  if (session->practice) co_return kNoSession;
  if (!context_.doors.ask(session->room, visitor_of(call.caller, call.request->remote)).lets_in())
    co_return Error{ErrorKind::forbidden, "rooms.outside"};
  co_return session;
}

Task<Reply<SessionView>> SessionApi::get(Call call) {
  const auto session = co_await session_for(call);
  if (!session) co_return session.error();
  co_return view_of(*session);
}

Task<Reply<SessionView>> SessionApi::patch(Call call, SessionPatch body) {
  if (auto problem = cover_problem(body.cover)) co_return *problem;
  const auto known = co_await session_for(call);
  if (!known) co_return known.error();
  SessionChange change{.title = body.title, .practice = body.practice};
  if (body.cover) change.cover = kept_cover(body.cover);
  if (body.starts_at_ms)
    change.starts = *body.starts_at_ms > 0 ? std::optional(WallTime{*body.starts_at_ms}) : std::nullopt;
  const auto changed = co_await service_.change(known->id, std::move(change));
  if (!changed) co_return changed.error();
  co_await audit(audit_entry_of(call, "session.change", changed->id.str()));
  co_return view_of(*changed);
}

Task<Reply<SessionView>> SessionApi::step(Call call, LiveStep step) {
  const auto known = co_await session_for(call);
  if (!known) co_return known.error();
  const auto moved = co_await service_.step(known->id, step);
  if (!moved) co_return moved.error();
  co_await audit(
      audit_entry_of(call, step == LiveStep::go_live ? "session.go_live" : "session.end", moved->id.str()));
  co_return view_of(*moved);
}

Task<Reply<Timeline>> SessionApi::timeline(Call call) {
  const auto session = co_await session_for(call);
  if (!session) co_return session.error();
  TimelinePlace after;
  if (const auto cursor = call.request->query_value("cursor")) {
    const auto place = place_of(*cursor);
    if (!place) co_return kCursor;
    after = *place;
  }
  const auto page =
      co_await service_.timeline(*session, after, limit_of(call, kTimelinePage, kTimelinePageMax));
  if (!page) co_return page.error();
  Timeline out;
  for (const auto& item : page->items)
    out.items.push_back({item.place.t_ms, item.at.ms, boost::json::parse(item.body)});
  if (page->next) out.next = cursor_of(*page->next);
  co_return out;
}

}  // namespace vitrine
