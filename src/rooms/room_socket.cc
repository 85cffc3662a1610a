#include "rooms/room_socket.h"

#include "net/websocket_frame.h"
#include "rooms/room_errors.h"
#include "rooms/text_frame.h"

namespace vitrine {
namespace {

// RFC 6455, 7.4.2: ours to give. "Forbidden": coming back at once is of no use.
constexpr uint16_t kRoomLeftClose = 4403;
constexpr size_t kOpeningFrameBytes = 64 * 1024;
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};

// Hops for RoomSocket: each runs on the room's home core and touches nothing of the socket.
struct Entrance {
  Room::Welcome welcome;
  FeedLease lease;
};
Task<std::optional<Entrance>> enter_room(RoomHandlePtr handle, Room::Visitor visitor, Core* core) {
  const auto& room = handle->room();
  if (!room) co_return std::nullopt;
  FeedLease lease = room->lease(*core, visitor.deflate);
  co_return Entrance{room->enter(visitor), std::move(lease)};
}

Task<std::optional<Room::Welcome>> catch_up_room(RoomHandlePtr handle, Room::Visitor visitor,
                                                 uint64_t lost_from) {
  if (!handle->room()) co_return std::nullopt;
  co_return handle->room()->catch_up(visitor, lost_from);
}

using Weighing = std::variant<Room::Weighed, ChatRefusal>;

Task<Weighing> weigh_in_room(RoomHandlePtr handle, ChatAuthor who, std::string text) {
  if (!handle->room()) co_return ChatRefusal{"rooms.unavailable", {}};
  co_return handle->room()->weigh(std::move(who), std::move(text));
}

// A line that was shown is acknowledged once it is stored.
Task<Spoken> answered(std::shared_ptr<Room> room, Spoken said) {
  const auto* shown = std::get_if<ShownLine>(&said);
  if (shown != nullptr && !co_await room->stored(shown->id)) co_return ChatRefusal{"rooms.unavailable", {}};
  co_return said;
}

Task<Spoken> place_in_room(RoomHandlePtr handle, Room::Weighed weighed) {
  const std::shared_ptr<Room> room = handle->room();
  if (!room) co_return ChatRefusal{"rooms.unavailable", {}};
  Spoken said = room->place(std::move(weighed));
  co_return co_await answered(room, std::move(said));
}

Task<Spoken> say_in_room(RoomHandlePtr handle, ChatAuthor who, std::string text) {
  const std::shared_ptr<Room> room = handle->room();
  if (!room) co_return ChatRefusal{"rooms.unavailable", {}};
  Spoken said = room->say(std::move(who), std::move(text));
  co_return co_await answered(room, std::move(said));
}

}  // namespace

RoomSocket::RoomSocket(Needs needs) : needs_(std::move(needs)), core_(needs_.core) {}

Task<Result<void>> RoomSocket::enter(std::optional<RoomPosition> resume) {
  core_.check_here();
  Task<std::optional<Entrance>> entering = enter_room(
      needs_.room, {.who = needs_.who, .resume = resume, .deflate = needs_.deflate}, &core_.core());
  auto entrance = co_await on_core(needs_.room->home(), std::move(entering));
  if (!entrance) co_return kNoRoom;
  entered_ = true;
  const uint64_t sequence = entrance->welcome.sequence;
  auto prefix = co_await opening(std::move(entrance->welcome));
  if (!prefix) co_return prefix.error();
  seat_.emplace(std::move(entrance->lease), needs_.socket, *this,
                SeatStart{.prefix = std::move(*prefix), .sequence = sequence});
  lane_ = std::make_shared<PrivateLane>(core_.core(), needs_.room->name(),
                                        [this](const std::string& frame) { send_events(frame); });
  needs_.context.lanes.add(needs_.who.id, lane_);
  co_return Result<void>();
}

// The welcome as frames of a size that the ring sends whole. Control rows of a gap come from the database:
// they were written before they were shown, so all up to the snapshot are there.
Task<Result<std::vector<SlabPtr>>> RoomSocket::opening(Room::Welcome welcome) {
  if (welcome.gap) {
    auto work = [room = needs_.room->name(), gap = *welcome.gap](Transaction& tx) {
      return control_rows(tx, room, gap.first, gap.second);
    };
    const auto rows = co_await needs_.context.database->read(std::move(work));
    if (!rows) co_return rows.error();
    welcome.events.push_back(gap_event(welcome.gap->first));
    for (const ControlRow& row : *rows) welcome.events.push_back(numbered(row.at, row.body));
  }
  std::vector<SlabPtr> out;
  std::vector<std::string> frame;
  size_t bytes = 0;
  for (auto& event : welcome.events) {
    if (bytes + event.size() > kOpeningFrameBytes && !frame.empty()) {
      out.push_back(text_frame_slab(frame_of(std::exchange(frame, {}))));
      bytes = 0;
    }
    bytes += event.size();
    frame.push_back(std::move(event));
  }
  out.push_back(text_frame_slab(frame_of(frame)));
  co_return out;
}

Task<void> RoomSocket::take(std::string text) {
  core_.check_here();
  const auto message = parse_message(text);
  if (!message) {
    send_events("[" + error_event("", room_error(message.error().reason), {}) + "]");
  } else if (const auto* ping = std::get_if<PingMessage>(&*message)) {
    send_events("[" + pong_event(ping->t, needs_.context.clock.wall()) + "]");
  } else if (const auto* like = std::get_if<LikeMessage>(&*message)) {
    const int64_t taps = taps_.take(like->count, needs_.context.clock.monotonic());
    if (taps == 0) co_return;
    needs_.room->home().post([handle = needs_.room, taps] {
      if (handle->room()) handle->room()->like(taps);
    });
  } else {
    co_await say(std::get<ChatMessage>(*message));
  }
}

Task<void> RoomSocket::say(ChatMessage message) {
  ChatAuthor who = needs_.who;
  const auto account = AccountId::parse(who.id);
  who.follows = account && needs_.context.follows.follows(needs_.room->name(), *account);
  const bool reviewed = needs_.context.review.on() && !who.role;
  Task<Spoken> saying = reviewed ? say_reviewed(std::move(who), std::move(message.text))
                                 : on_core(needs_.room->home(),
                                           say_in_room(needs_.room, std::move(who), std::move(message.text)));
  const Spoken said = co_await std::move(saying);
  std::string event;
  if (const auto* shown = std::get_if<ShownLine>(&said)) {
    event = ack_event(message.ref, shown->id);
  } else if (const auto* waiting = std::get_if<WaitingLine>(&said)) {
    event = held_event(message.ref, waiting->id);
  } else {
    const auto& refusal = std::get<ChatRefusal>(said);
    const auto retry =
        refusal.retry_after ? std::optional<int64_t>(refusal.retry_after->count()) : std::nullopt;
    event = error_event(message.ref, room_error(refusal.slug), retry);
  }
  send_events("[" + event + "]");
}

// The gate first, so that a flood asks nobody anything; then whom the merchant named; then the room.
Task<Spoken> RoomSocket::say_reviewed(ChatAuthor who, std::string text) {
  Core& home = needs_.room->home();
  Task<Weighing> weighing = weigh_in_room(needs_.room, std::move(who), std::move(text));
  Weighing weighed = co_await on_core(home, std::move(weighing));
  if (const auto* refused = std::get_if<ChatRefusal>(&weighed)) co_return *refused;
  Room::Weighed line = std::move(std::get<Room::Weighed>(weighed));
  if (!line.held) {
    ReviewQuestion question{.room = needs_.room->name(),
                            .viewer = line.line.from.id,
                            .name = line.line.from.name,
                            .text = line.line.text};
    const Verdict verdict = co_await needs_.context.review.ask(std::move(question));
    if (verdict == Verdict::refuse) co_return ChatRefusal{"rooms.review_refused", {}};
    if (verdict == Verdict::hold) line.held = HeldWhy::hook;
  }
  Task<Spoken> placing = place_in_room(needs_.room, std::move(line));
  co_return co_await on_core(home, std::move(placing));
}

void RoomSocket::send_events(const std::string& frame) {
  const auto bytes = text_frame(frame);
  send_frame(bytes);
}

// A viewer whose lane is full takes nothing: it comes back with its number and misses nothing.
void RoomSocket::send_frame(Bytes frame) {
  core_.check_here();
  if (seat_ && !seat_->send_private(frame)) end();
}

void RoomSocket::on_seat_end(SeatEnd) {
  end();
}

void RoomSocket::on_lagged(uint64_t lost_from) {
  core_.core().spawn(catch_up(shared_from_this(), lost_from));
}

// `self` keeps the socket while this runs; leave() may come in between.
Task<void> RoomSocket::catch_up(std::shared_ptr<RoomSocket> self, uint64_t lost_from) {
  Task<std::optional<Room::Welcome>> asking =
      catch_up_room(needs_.room, {.who = needs_.who, .resume = {}, .deflate = needs_.deflate}, lost_from);
  auto welcome = co_await on_core(needs_.room->home(), std::move(asking));
  if (!welcome) co_return self->end();
  const uint64_t sequence = welcome->sequence;
  auto prefix = co_await opening(std::move(*welcome));
  if (!prefix) co_return self->end();
  if (self->seat_) self->seat_->resume({.prefix = std::move(*prefix), .sequence = sequence});
}

void RoomSocket::cut(const EntryDecision& decision) {
  core_.check_here();
  if (std::exchange(cut_, true)) return;
  const std::string_view why = name_of(decision.state);
  send_events("[" + outside_event(why, decision.until, decision.reason) + "]");
  send_frame(websocket_close_frame(kRoomLeftClose, why));
  core_.core().spawn(end_later(shared_from_this()));
}

Task<void> RoomSocket::end_later(std::shared_ptr<RoomSocket> self) {
  co_await sleep_for(kCutGrace);
  self->end();
}

void RoomSocket::end() {
  const auto ended = std::exchange(needs_.ended, nullptr);
  if (ended) ended();
}

void RoomSocket::leave() {
  core_.check_here();
  needs_.ended = nullptr;
  seat_.reset();
  if (lane_) {
    lane_->send = nullptr;
    needs_.context.lanes.remove(needs_.who.id, lane_);
    lane_.reset();
  }
  if (!std::exchange(entered_, false)) return;
  needs_.room->home().post([handle = needs_.room, viewer = needs_.who.id] {
    if (handle->room()) handle->room()->leave(viewer);
  });
}

}  // namespace vitrine
