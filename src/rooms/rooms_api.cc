#include "rooms/rooms_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};

}  // namespace

void RoomsApi::add_routes(Router& router) {
  const auto route = [](HttpMethod method, std::string_view path, std::string_view operation,
                        std::string_view summary) {
    return RouteSpec{
        .method = method, .path = path, .operation = operation, .tag = "rooms", .summary = summary};
  };
  const auto staff = [](RouteSpec spec, Right right) {
    spec.access = Access::staff;
    spec.right = right;
    return spec;
  };
  constexpr std::string_view kRoom = "/v1/rooms/{room}";
  router.add<NoBody, RoomList>(route(HttpMethod::get, "/v1/rooms", "listRooms", "All rooms"),
                               [this](Call call) { return list(std::move(call)); });
  auto creates =
      staff(route(HttpMethod::post, "/v1/rooms", "createRoom", "Create a room"), Right::room_write);
  creates.idempotent = true;
  creates.status = 201;
  router.add<NewRoom, RoomView>(
      creates, [this](Call call, NewRoom body) { return create(std::move(call), std::move(body)); });
  router.add<NoBody, RoomView>(route(HttpMethod::get, kRoom, "getRoom", "One room"),
                               [this](Call call) { return get(std::move(call)); });
  router.add<RoomPatch, RoomView>(
      staff(route(HttpMethod::patch, kRoom, "changeRoom", "Change a room's title or host"),
            Right::room_write),
      [this](Call call, RoomPatch body) { return patch(std::move(call), std::move(body)); });
}

// What staff did is done even when the log cannot take the line; that is said in our own log.
Task<void> RoomsApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Reply<RoomView> RoomsApi::view(const std::string& room, const Call& call) const {
  const auto handle = context_.directory.find(room);
  if (!handle) return Error{ErrorKind::not_found, "rooms.room"};
  const RoomSummary summary = handle->summary();
  // Whoever may enter the room may watch: each answer carries a fresh token.
  const DoorVisitor who = visitor_of(call.caller, call.request->remote);
  const bool may_watch = context_.doors.ask(room, who).lets_in();
  const std::string query =
      may_watch ? context_.media.play_query(summary.stream, watch_name(who)) : std::string();
  return RoomView{.room = room,
                  .title = summary.title,
                  .host_name = summary.host_name,
                  .stream = summary.stream,
                  .live = summary.live,
                  .online = summary.online,
                  .likes = summary.likes,
                  .flv_url = "/live/" + summary.stream + ".flv" + (query.empty() ? "" : "?" + query),
                  .created_at_ms = summary.created.ms,
                  .session = session_of(room)};
}

std::optional<SessionView> RoomsApi::session_of(const std::string& room) const {
  const auto session = context_.lives.newest(room);
  return session ? std::optional(view_of(*session)) : std::nullopt;
}

Task<Reply<RoomList>> RoomsApi::list(Call) {
  if (!context_.database) co_return kUnavailable;
  RoomList out;
  for (const auto& handle : context_.directory.all()) {
    const RoomSummary summary = handle->summary();
    const auto session = session_of(handle->name());
    out.items.push_back({.room = handle->name(),
                         .title = summary.title,
                         .host_name = summary.host_name,
                         .stream = summary.stream,
                         .live = summary.live,
                         .online = summary.online,
                         .cover = session ? session->cover : std::nullopt,
                         .session = session});
  }
  co_return out;
}

Task<Reply<RoomView>> RoomsApi::create(Call call, NewRoom body) {
  if (!context_.database) co_return kUnavailable;
  if (!is_room_name(body.room)) {
    Problem problem{ErrorKind::invalid_input, "rooms.name",
                    "A room's name has 1 to 64 of the characters a-z, 0-9, _ and -."};
    problem.field = "/room";
    co_return problem;
  }
  RoomDraft draft{body.room, body.title, body.host_name};
  const auto created = co_await service_.create(std::move(draft), key_of(call, "createRoom"));
  if (!created) co_return created.error();
  if (!created->replayed) co_await audit(audit_entry_of(call, "room.create", created->room));
  Reply<RoomView> reply = view(created->room, call);
  reply.replayed = created->replayed;
  co_return reply;
}

Task<Reply<RoomView>> RoomsApi::get(Call call) {
  if (!context_.database) co_return kUnavailable;
  co_return view(call.param("room"), call);
}

Task<Reply<RoomView>> RoomsApi::patch(Call call, RoomPatch body) {
  if (!context_.database) co_return kUnavailable;
  const auto changed = co_await service_.change(call.param("room"), body.title, body.host_name);
  if (!changed) co_return changed.error();
  co_await audit(audit_entry_of(call, "room.change", call.param("room")));
  co_return view(call.param("room"), call);
}

}  // namespace vitrine
