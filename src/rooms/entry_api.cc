#include "rooms/entry_api.h"

#include "rooms/call_facts.h"

namespace vitrine {

void EntryApi::add_routes(Router& router) {
  router.add<NoBody, EntryView>({.method = HttpMethod::get,
                                 .path = "/v1/rooms/{room}/entry",
                                 .operation = "getRoomEntry",
                                 .tag = "rooms",
                                 .summary = "Whether the viewer may be in the room, and why not",
                                 .access = Access::viewer},
                                [this](Call call) { return get(std::move(call)); });
}

Task<Reply<EntryView>> EntryApi::get(Call call) {
  if (!context_.database) co_return Error{ErrorKind::unavailable, "rooms.unavailable"};
  const std::string& room = call.param("room");
  if (!context_.directory.find(room)) co_return Error{ErrorKind::not_found, "rooms.room"};
  EntryView out;
  out.acts = context_.roles.acts_of(call.caller, room);
  const ChatAuthor who = author_of(call.caller, call.request->remote);
  if (const auto outside = context_.doors.outside(room, who, context_.clock.wall())) {
    out.state = outside->why == "kicked" ? EntryState::kicked : EntryState::banned;
    out.until_ms = outside->until.ms;
    out.reason = outside->reason;
  }
  co_return out;
}

}  // namespace vitrine
