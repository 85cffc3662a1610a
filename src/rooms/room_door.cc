#include "rooms/room_door.h"

#include <algorithm>
#include <charconv>
#include <latch>
#include <unordered_map>

#include "base/log.h"
#include "rooms/access_store.h"
#include "rooms/call_facts.h"
#include "rooms/config.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Milliseconds kSweepEvery{1'000};
constexpr size_t kSweepSlice = 512;  // looked at before others get their turn

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
  Attendance attendance(inside_);
  if (shut_ || !context_.database) {
    co_await refuse(connection.get(), Problem(kUnavailable));
    co_return;
  }
  auto room = context_.directory.find(call.param("room"));
  if (!room) {
    co_await refuse(connection.get(), Problem(kNoRoom));
    co_return;
  }
  if (const auto outside = outside_of(call, *room)) {
    co_await refuse(connection.get(), *outside);
    co_return;
  }
  Core& core = connection->core();
  OriginRule rule{.allowed = core.config().get(kAllowedOrigins)};
  auto upgraded =
      co_await connection->upgrade_websocket(std::move(rule), kRoomMessageBytesMax, WebSocketDeflate::on);
  if (!upgraded || shut_) co_return;
  const HttpRequest& request = *call.request;
  RoomPage::Needs needs{.context = context_,
                        .room = std::move(room),
                        .core = core,
                        .web = std::move(*upgraded),
                        .who = author_of(call.caller, request.remote),
                        .visitor = visitor_of(call.caller, request.remote),
                        .attendance = std::move(attendance)};
  const auto page = std::make_shared<RoomPage>(std::move(needs));
  Floor& floor = floor_of(core);
  page->place = floor.pages.size();
  floor.pages.push_back(page);
  sweep_later(core);
  std::function<void()> gone = [&floor, page = page.get()] { remove(floor, *page); };
  const auto resume = position_of(request);
  co_await page->enter(resume, std::move(gone));
}

void RoomDoor::remove(Floor& floor, const RoomPage& page) {
  const size_t place = page.place;
  const auto gone = std::exchange(floor.pages[place], std::move(floor.pages.back()));
  floor.pages.pop_back();
  if (place < floor.pages.size()) floor.pages[place]->place = place;
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
    if (cancelled) return;
    floor_of(core).sweep.reset();
    if (core.index() == 0) core.spawn(store_trials());
    look_at(core, SIZE_MAX, Attendance(inside_));
  });
}

// A ban, a changed rule, a time that ran out: whatever keeps a viewer out takes hold of those inside here.
// From the end, where those come from that fill a hole: nobody is passed over.
void RoomDoor::look_at(Core& core, size_t below, Attendance attendance) {
  if (shut_) return;
  const auto& pages = floor_of(core).pages;
  below = std::min(below, pages.size());
  const size_t slice_end = below - std::min(below, kSweepSlice);
  std::unordered_map<const RoomHandle*, bool> guarded;  // whether anybody might have to leave
  while (below > slice_end) {
    RoomPage& page = *pages[--below];
    page.check_time();
    const auto [found, is_new] = guarded.try_emplace(&page.room(), false);
    if (is_new) found->second = context_.doors.guards(page.room().name());
    if (!found->second) continue;
    const EntryDecision decision = context_.doors.ask(page.room().name(), page.visitor());
    if (!decision.lets_in()) page.cut(decision);
  }
  if (below > 0) {
    core.post([this, &core, below, rest = std::move(attendance)]() mutable {
      look_at(core, below, std::move(rest));
    });
  } else if (core.index() == 0 || !pages.empty()) {
    sweep_later(core);
  }
}

// Behind the door, not at it: what a crash takes is a second's trials.
Task<void> RoomDoor::store_trials() {
  if (shut_) co_return;
  auto begun = context_.doors.take_new_trials();
  if (begun.empty()) co_return;
  const Attendance attendance(inside_);  // stop() waits for it
  auto work = [begun = std::move(begun)](Transaction& tx) { return add_trials(tx, begun); };
  const Result<void> kept = co_await context_.database->write(std::move(work));
  if (!kept) log_error("rooms.trials_not_kept", {{"why", kept.error().reason}});
}

void RoomDoor::stop() {
  shut_ = true;
  std::latch quiet(context_.cores.count());
  for (int index = 0; index < context_.cores.count(); ++index) {
    Core& core = context_.cores.at(index);
    core.post([this, &core, &quiet] {
      for (const auto& page : floor_of(core).pages) page->end();
      floor_of(core).sweep.reset();
      core.post([&quiet] { quiet.count_down(); });  // behind a sweep that was due already
    });
  }
  quiet.wait();
  for (int64_t inside = inside_; inside != 0; inside = inside_) inside_.wait(inside);
}

}  // namespace vitrine
