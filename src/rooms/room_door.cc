#include "rooms/room_door.h"

#include <charconv>
#include <latch>

#include "base/log.h"
#include "rooms/access_store.h"
#include "rooms/call_facts.h"
#include "rooms/config.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
// Pages ping every 10 s; who says nothing for so long is gone.
constexpr Milliseconds kSilenceMax{60'000};
constexpr Milliseconds kMessageTime{10'000};
constexpr Milliseconds kSweepEvery{1'000};
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

}  // namespace

RoomDoor::RoomDoor(RoomsContext& context)
    : context_(context), floors_(static_cast<size_t>(context.cores.count())) {}

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

Task<void> RoomDoor::refuse(Connection* connection, Problem problem) {
  (void)co_await connection->respond(to_response(problem));
}

// A page asks GET entry first: a browser cannot read why a socket was refused.
std::optional<Problem> RoomDoor::outside_of(const Call& call, const RoomHandle& room) const {
  const DoorVisitor who = visitor_of(call.caller, call.request->remote);
  const EntryDecision decision = context_.doors.enter(room.name(), who);
  if (decision.lets_in()) return std::nullopt;
  return Problem{ErrorKind::forbidden, "rooms." + std::string(name_of(decision.state)), decision.reason};
}

Task<void> RoomDoor::serve(Call call, std::unique_ptr<Connection> connection) {
  ++inside_;
  if (shut_ || !context_.database) {
    co_await refuse(connection.get(), Problem(kUnavailable));
  } else if (auto room = context_.directory.find(call.param("room")); !room) {
    co_await refuse(connection.get(), Problem(kNoRoom));
  } else if (const auto outside = outside_of(call, *room)) {
    co_await refuse(connection.get(), *outside);
  } else {
    Core& core = connection->core();
    OriginRule rule{.allowed = core.config().get(kAllowedOrigins)};
    auto upgraded =
        co_await connection->upgrade_websocket(std::move(rule), kRoomMessageBytesMax, WebSocketDeflate::on);
    if (upgraded) {
      const HttpRequest& request = *call.request;
      Guest guest{author_of(call.caller, request.remote), visitor_of(call.caller, request.remote),
                  position_of(request)};
      // A page stays for hours, and its request says nothing any more.
      call = {};
      connection.reset();
      co_await visit(std::move(guest), std::move(room), &core, &*upgraded);
    }
  }
  connection.reset();
  --inside_;
  inside_.notify_all();
}

Task<void> RoomDoor::visit(Guest guest, RoomHandlePtr room, Core* core, WebSocket* web) {
  TcpSocket& socket = web->socket;
  web->receiver.set_limits(kSilenceMax, kMessageTime);
  socket.set_unsent_limit(kUnsentMax);
  const std::string room_name = room->name();
  RoomSocket::Needs needs{.context = context_,
                          .room = std::move(room),
                          .core = *core,
                          .socket = socket,
                          .who = std::move(guest.who),
                          .deflate = web->deflate,
                          .ended = [&socket] { socket.close(); }};
  const auto seat = std::make_shared<RoomSocket>(std::move(needs));
  floor_of(*core).inside.emplace(&socket, Inside{seat, room_name, std::move(guest.visitor)});
  sweep_later(*core);
  const auto entered = co_await seat->enter(guest.resume);
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
  floor_of(*core).inside.erase(&socket);
  socket.close();
}

void RoomDoor::start() {
  Core& core = context_.cores.at(0);
  core.post([this, &core] { sweep_later(core); });
}

void RoomDoor::sweep_later(Core& core) {
  Floor& floor = floor_of(core);
  if (floor.sweep || shut_) return;
  floor.sweep.emplace(core.io());
  floor.sweep->expires_after(kSweepEvery);
  floor.sweep->async_wait([this, &core](const boost::system::error_code& cancelled) {
    if (!cancelled) sweep(core);
  });
}

// A ban, a changed rule, a time that ran out: whatever keeps a viewer out takes hold of those inside here.
void RoomDoor::sweep(Core& core) {
  Floor& floor = floor_of(core);
  floor.sweep.reset();
  std::vector<std::pair<std::shared_ptr<RoomSocket>, EntryDecision>> out;
  for (const auto& [socket, inside] : floor.inside) {
    EntryDecision decision = context_.doors.ask(inside.room, inside.who);
    if (!decision.lets_in()) out.emplace_back(inside.seat, std::move(decision));
  }
  for (const auto& [seat, decision] : out) seat->cut(decision);
  if (core.index() == 0) core.spawn(store_trials());
  if (core.index() == 0 || !floor.inside.empty()) sweep_later(core);
}

// Behind the door, not at it: what a crash takes is a second's trials.
Task<void> RoomDoor::store_trials() {
  if (shut_) co_return;
  auto begun = context_.doors.take_new_trials();
  if (begun.empty()) co_return;
  ++inside_;  // stop() waits for it
  auto work = [begun = std::move(begun)](Transaction& tx) { return add_trials(tx, begun); };
  const Result<void> kept = co_await context_.database->write(std::move(work));
  if (!kept) log_error("rooms.trials_not_kept", {{"why", kept.error().reason}});
  --inside_;
  inside_.notify_all();
}

void RoomDoor::stop() {
  shut_ = true;
  std::latch quiet(context_.cores.count());
  for (int index = 0; index < context_.cores.count(); ++index) {
    Core& core = context_.cores.at(index);
    core.post([this, &core, &quiet] {
      for (const auto& [socket, inside] : floor_of(core).inside) socket->close();
      floor_of(core).sweep.reset();
      core.post([&quiet] { quiet.count_down(); });  // behind a sweep that was due already
    });
  }
  quiet.wait();
  for (int64_t inside = inside_; inside != 0; inside = inside_) inside_.wait(inside);
}

}  // namespace vitrine
