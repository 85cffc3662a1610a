#include "rooms/follow_api.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};

RouteSpec route(HttpMethod method, std::string_view operation, std::string_view summary, Access access) {
  return {.method = method,
          .path = "/v1/rooms/{room}/follow",
          .operation = operation,
          .tag = "rooms",
          .summary = summary,
          .access = access};
}

}  // namespace

void FollowApi::add_routes(Router& router) {
  router.add<NoBody, FollowView>(
      route(HttpMethod::get, "getRoomFollow", "Whether the viewer follows the room, and how many do",
            Access::viewer),
      [this](Call call) { return get(std::move(call)); });
  router.add<NoBody, FollowView>(route(HttpMethod::put, "followRoom", "Follow the room", Access::buyer),
                                 [this](Call call) { return set(std::move(call), true); });
  router.add<NoBody, FollowView>(
      route(HttpMethod::del, "unfollowRoom", "Follow the room no longer", Access::buyer),
      [this](Call call) { return set(std::move(call), false); });
}

FollowView FollowApi::view(const Call& call) const {
  const std::string& room = call.param("room");
  return {call.caller.is_buyer() && context_.follows.follows(room, call.caller.account),
          context_.follows.count(room)};
}

Task<Reply<FollowView>> FollowApi::get(Call call) {
  if (!context_.database) co_return kUnavailable;
  if (!context_.directory.find(call.param("room"))) co_return kNoRoom;
  co_return view(call);
}

Task<Reply<FollowView>> FollowApi::set(Call call, bool follows) {
  if (!context_.database) co_return kUnavailable;
  if (!context_.directory.find(call.param("room"))) co_return kNoRoom;
  const auto done = co_await context_.follows.set(*context_.database, call.param("room"), call.caller.account,
                                                  follows, context_.clock.wall());
  if (!done) co_return done.error();
  co_return view(call);
}

}  // namespace vitrine
