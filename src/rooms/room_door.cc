#include "rooms/room_door.h"

#include <charconv>

#include "net/client_address.h"
#include "rooms/config.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
// Pages ping every 10 s; who says nothing for so long is gone.
constexpr Milliseconds kSilenceMax{60'000};
constexpr Milliseconds kMessageTime{10'000};
// Over it the socket is not read for a moment: a page sends a few a second at most.
constexpr int64_t kMessagesPerSecond = 100;
constexpr Milliseconds kFloodPause{100};
// What the kernel may hold unsent: more only delays what is newer.
constexpr int kUnsentMax = 32 * 1024;

std::optional<int64_t> whole_number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failed != std::errc() || end != text->data() + text->size() || value < 0) return std::nullopt;
  return value;
}

std::optional<RoomPosition> position_of(const HttpRequest& request) {
  const auto epoch = whole_number(request.query_value("epoch"));
  const auto seq = whole_number(request.query_value("seq"));
  if (!epoch || !seq) return std::nullopt;
  return RoomPosition{*epoch, *seq};
}

// A proxy beside us that is not in net.trusted_proxies: whose address it hides is not known.
bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

// Staff speak under their own name and role, with the viewer's id: mutes and echoes go by that.
ChatAuthor author_of(const Caller& caller, const std::string& remote) {
  ChatAuthor out{.id = caller.viewer_id(), .name = caller.name, .role = std::nullopt};
  if (caller.is_buyer() && caller.guest) out.guest = caller.guest.str();
  if (!caller.is_buyer() && !is_loopback(remote)) out.address = address_group(remote);
  if (caller.staff) {
    out.name = caller.staff->name;
    out.role = caller.staff->role;
  }
  return out;
}

}  // namespace

RoomDoor::RoomDoor(RoomsContext& context)
    : context_(context), open_(static_cast<size_t>(context.cores.count())) {}

void RoomDoor::add_routes(Router& router) {
  const RouteSpec spec{.method = HttpMethod::get,
                       .path = "/v1/rooms/{room}/socket",
                       .operation = "openRoomSocket",
                       .tag = "rooms",
                       .summary = "The room's WebSocket: snapshot or resumption, then events as they happen",
                       .access = Access::viewer,
                       .query = {{"epoch", "of the last numbered event received"},
                                 {"seq", "of the last numbered event received"}}};
  router.add_stream(spec, [this](Call call, std::unique_ptr<Connection> connection) {
    return serve(std::move(call), std::move(connection));
  });
}

Task<void> RoomDoor::refuse(Connection* connection, Error error) {
  (void)co_await connection->respond(to_response(Problem(error)));
}

Task<void> RoomDoor::serve(Call call, std::unique_ptr<Connection> connection) {
  ++inside_;
  if (shut_ || !context_.database) {
    co_await refuse(connection.get(), kUnavailable);
  } else if (auto room = context_.directory.find(call.param("room")); !room) {
    co_await refuse(connection.get(), kNoRoom);
  } else {
    Core& core = connection->core();
    OriginRule rule{.allowed = core.config().get(kAllowedOrigins)};
    auto upgraded =
        co_await connection->upgrade_websocket(std::move(rule), kRoomMessageBytesMax, WebSocketDeflate::on);
    if (upgraded) co_await visit(std::move(call), std::move(room), &core, &*upgraded);
  }
  connection.reset();
  --inside_;
  inside_.notify_all();
}

Task<void> RoomDoor::visit(Call call, RoomHandlePtr room, Core* core, WebSocket* web) {
  TcpSocket& socket = web->socket;
  web->receiver.set_limits(kSilenceMax, kMessageTime);
  socket.set_unsent_limit(kUnsentMax);
  RoomSocket::Needs needs{.context = context_,
                          .room = std::move(room),
                          .core = *core,
                          .socket = socket,
                          .who = author_of(call.caller, call.request->remote),
                          .deflate = web->deflate,
                          .ended = [&socket] { socket.close(); }};
  const auto seat = std::make_shared<RoomSocket>(std::move(needs));
  open_on(*core).insert(&socket);
  const auto entered = co_await seat->enter(position_of(*call.request));
  if (entered && !shut_) {
    web->receiver.set_answer([&seat](Bytes frame) { seat->send_frame(frame); });
    SecondAllowance messages(kMessagesPerSecond);
    for (auto message = co_await web->receiver.receive(&socket); message;
         message = co_await web->receiver.receive(&socket)) {
      co_await seat->take(std::move(message->payload));
      while (messages.take(1, context_.clock.monotonic()) == 0 && socket.is_open())
        co_await sleep_for(kFloodPause);
    }
    co_await yield_core();  // the echo of a close is sent in the loop's next turn
  }
  seat->leave();
  open_on(*core).erase(&socket);
  socket.close();
}

void RoomDoor::stop() {
  shut_ = true;
  for (int index = 0; index < context_.cores.count(); ++index) {
    Core& core = context_.cores.at(index);
    core.post([this, &core] {
      for (TcpSocket* socket : open_on(core)) socket->close();
    });
  }
  for (int64_t inside = inside_; inside != 0; inside = inside_) inside_.wait(inside);
}

}  // namespace vitrine
