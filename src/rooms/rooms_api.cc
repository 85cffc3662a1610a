#include "rooms/rooms_api.h"

#include "base/log.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};

MuteView view_of(const Mute& mute) {
  return {mute.account, mute.name, mute.until.ms, mute.reason};
}

IdempotencyKey key_of(const Call& call, std::string_view operation) {
  const std::string who = call.caller.staff ? call.caller.staff->id.str() : call.caller.viewer_id();
  return {who + " " + std::string(operation) + " " + call.request->path, call.idempotency_key,
          call.body_digest};
}

AuditEntry entry_of(const Call& call, std::string act, std::string subject) {
  return {.actor = call.caller.staff->id,
          .act = std::move(act),
          .subject = std::move(subject),
          .ip = call.request->remote};
}

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
  constexpr std::string_view kMutes = "/v1/rooms/{room}/mutes";
  constexpr std::string_view kWords = "/v1/rooms/{room}/words";
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
  router.add<NoBody, NoContent>(staff(route(HttpMethod::del, "/v1/rooms/{room}/messages/{message}",
                                            "deleteMessage", "Take a chat line off every screen"),
                                      Right::room_moderate),
                                [this](Call call) { return delete_message(std::move(call)); });
  router.add<NoBody, MuteList>(
      staff(route(HttpMethod::get, kMutes, "listMutes", "Who may not speak"), Right::room_moderate),
      [this](Call call) { return mutes(std::move(call)); });
  auto mutes_viewer =
      staff(route(HttpMethod::post, kMutes, "muteViewer", "Mute a viewer for a while"), Right::room_moderate);
  mutes_viewer.idempotent = true;
  mutes_viewer.status = 201;
  router.add<NewMute, MuteView>(
      mutes_viewer, [this](Call call, NewMute body) { return mute(std::move(call), std::move(body)); });
  router.add<NoBody, NoContent>(staff(route(HttpMethod::del, "/v1/rooms/{room}/mutes/{account}",
                                            "unmuteViewer", "Let a viewer speak again"),
                                      Right::room_moderate),
                                [this](Call call) { return unmute(std::move(call)); });
  router.add<NoBody, BlockedWords>(
      staff(route(HttpMethod::get, kWords, "getBlockedWords", "Words no line may carry"),
            Right::room_moderate),
      [this](Call call) { return words(std::move(call)); });
  router.add<BlockedWords, BlockedWords>(
      staff(route(HttpMethod::put, kWords, "setBlockedWords", "Replace the blocked words"),
            Right::room_moderate),
      [this](Call call, BlockedWords body) { return set_words(std::move(call), std::move(body)); });
}

// What staff did is done even when the log cannot take the line; that is said in our own log.
Task<void> RoomsApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Reply<RoomView> RoomsApi::view(const std::string& room, const Caller& caller) const {
  const auto handle = context_.directory.find(room);
  if (!handle) return Error{ErrorKind::not_found, "rooms.room"};
  const RoomSummary summary = handle->summary();
  // Whoever may enter the room may watch: a stream by token only gets a fresh one with each answer.
  const std::string query = context_.media.play_query(summary.stream, caller.viewer_id());
  return RoomView{.room = room,
                  .title = summary.title,
                  .host_name = summary.host_name,
                  .stream = summary.stream,
                  .live = summary.live,
                  .online = summary.online,
                  .likes = summary.likes,
                  .flv_url = "/live/" + summary.stream + ".flv" + (query.empty() ? "" : "?" + query),
                  .created_at_ms = summary.created.ms};
}

Task<Reply<RoomList>> RoomsApi::list(Call) {
  if (!context_.database) co_return kUnavailable;
  RoomList out;
  for (const auto& handle : context_.directory.all()) {
    const RoomSummary summary = handle->summary();
    out.items.push_back({.room = handle->name(),
                         .title = summary.title,
                         .host_name = summary.host_name,
                         .stream = summary.stream,
                         .live = summary.live,
                         .online = summary.online,
                         .cover = std::nullopt});
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
  if (!created->replayed) co_await audit(entry_of(call, "room.create", created->room));
  Reply<RoomView> reply = view(created->room, call.caller);
  reply.replayed = created->replayed;
  co_return reply;
}

Task<Reply<RoomView>> RoomsApi::get(Call call) {
  if (!context_.database) co_return kUnavailable;
  co_return view(call.param("room"), call.caller);
}

Task<Reply<RoomView>> RoomsApi::patch(Call call, RoomPatch body) {
  if (!context_.database) co_return kUnavailable;
  const auto changed = co_await service_.change(call.param("room"), body.title, body.host_name);
  if (!changed) co_return changed.error();
  co_await audit(entry_of(call, "room.change", call.param("room")));
  co_return view(call.param("room"), call.caller);
}

Task<Reply<NoContent>> RoomsApi::delete_message(Call call) {
  if (!context_.database) co_return kUnavailable;
  const auto message = MessageId::parse(call.param("message"));
  if (!message) co_return Error{ErrorKind::not_found, "rooms.message"};
  const auto deleted = co_await service_.delete_message(call.param("room"), *message);
  if (!deleted) co_return deleted.error();
  co_await audit(entry_of(call, "room.delete_message", call.param("room") + "/" + message->str()));
  co_return NoContent{};
}

Task<Reply<MuteList>> RoomsApi::mutes(Call call) {
  if (!context_.database) co_return kUnavailable;
  const auto mutes = co_await service_.mutes(call.param("room"));
  if (!mutes) co_return mutes.error();
  MuteList out;
  for (const Mute& mute : *mutes) out.items.push_back(view_of(mute));
  co_return out;
}

Task<Reply<MuteView>> RoomsApi::mute(Call call, NewMute body) {
  if (!context_.database) co_return kUnavailable;
  Mute mute{.account = body.account,
            .name = {},
            .until = context_.clock.wall() + std::chrono::minutes(body.minutes),
            .reason = body.reason};
  const auto muted = co_await service_.mute(call.param("room"), std::move(mute), key_of(call, "muteViewer"));
  if (!muted) co_return muted.error();
  if (!muted->replayed) co_await audit(entry_of(call, "room.mute", call.param("room") + "/" + body.account));
  Reply<MuteView> reply = view_of(muted->mute);
  reply.replayed = muted->replayed;
  co_return reply;
}

Task<Reply<NoContent>> RoomsApi::unmute(Call call) {
  if (!context_.database) co_return kUnavailable;
  const auto dropped = co_await service_.unmute(call.param("room"), call.param("account"));
  if (!dropped) co_return dropped.error();
  co_await audit(entry_of(call, "room.unmute", call.param("room") + "/" + call.param("account")));
  co_return NoContent{};
}

Task<Reply<BlockedWords>> RoomsApi::words(Call call) {
  if (!context_.database) co_return kUnavailable;
  auto words = co_await service_.words(call.param("room"));
  if (!words) co_return words.error();
  co_return BlockedWords{std::move(*words)};
}

Task<Reply<BlockedWords>> RoomsApi::set_words(Call call, BlockedWords body) {
  if (!context_.database) co_return kUnavailable;
  const auto set = co_await service_.set_words(call.param("room"), body.words);
  if (!set) co_return set.error();
  co_await audit(entry_of(call, "room.words", call.param("room")));
  co_return body;
}

}  // namespace vitrine
