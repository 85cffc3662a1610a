#include "rooms/session_service.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "rooms/config.h"
#include "rooms/session_views.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNotNow{ErrorKind::conflict, "rooms.session_state"};
constexpr Error kNoPicture{ErrorKind::conflict, "rooms.no_picture"};
constexpr Milliseconds kLookEvery{1'000};
constexpr Milliseconds kCloseTime{10'000};
constexpr int kTries = 5;  // against others who change the same session
// An encoder that was left on and lost us with a crash comes back within this time.
constexpr Milliseconds kLeftOnAfterStart = std::chrono::minutes(5);

Result<void> keep_effect(Transaction& tx, const IdempotencyKey& key, const LiveSession& session) {
  if (auto added = insert_session(tx, session); !added) return added;
  return record_effect(tx, key, session.id.value, session.created);
}

}  // namespace

Task<Result<void>> SessionService::load() {
  started_ = context_.clock.wall();
  auto work = [](Transaction& tx) { return newest_sessions(tx); };
  auto sessions = co_await context_.database->read(std::move(work));
  if (!sessions) co_return sessions.error();
  for (LiveSession& session : *sessions) context_.lives.set(std::move(session));
  co_return Result<void>();
}

void SessionService::start() {
  home_.check_here();
  look_later();
}

void SessionService::look_later() {
  timer_.expires_after(kLookEvery);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    if (auto pass = gate_.enter()) home_.core().spawn(look(std::move(*pass)));
  });
}

Task<void> SessionService::look(StopGate::Pass inside) {
  for (const RoomHandlePtr& room : context_.directory.all()) co_await follow(room);
  if (!gate_.closed()) look_later();
  (void)inside;
}

Task<void> SessionService::close() {
  home_.check_here();
  timer_.cancel();
  const bool empty = co_await gate_.close(kCloseTime);
  if (!empty) log_error("rooms.sessions_busy", {});
}

void SessionService::stream_changed(RoomHandlePtr room) {
  home_.core().post([this, room = std::move(room)] {
    auto run = [](SessionService* self, RoomHandlePtr at, StopGate::Pass inside) -> Task<void> {
      co_await self->follow(std::move(at));
      (void)inside;
    };
    if (auto pass = gate_.enter()) home_.core().spawn(run(this, room, std::move(*pass)));
  });
}

// One at a time for each room; who comes meanwhile has it done once more.
Task<void> SessionService::follow(RoomHandlePtr room) {
  home_.check_here();
  const auto [entry, alone] = following_.try_emplace(room->name(), false);
  if (!alone) {
    entry->second = true;
    co_return;
  }
  bool again = true;
  while (again && context_.database) {
    following_[room->name()] = false;
    co_await follow_once(room);
    again = following_[room->name()];
  }
  following_.erase(room->name());
}

// What the stream does decides, not what was heard of it: after a crash nothing was heard.
Task<void> SessionService::follow_once(RoomHandlePtr room) {
  if (context_.closing) co_return;
  const StreamState stream = context_.media.status(room->summary().stream).state;
  const auto session = context_.lives.newest(room->name());
  if (!session || !session->open()) {
    if (session && session->left_on) {
      const bool may_return =
          session->ended < started_ && context_.clock.wall() - started_ < kLeftOnAfterStart;
      if (stream == StreamState::idle && !may_return) co_await forget_left_on(*session);
      co_return;
    }
    if (stream != StreamState::live) co_return;
    const auto begun = co_await begin(room);
    if (!begun)
      log_warn("rooms.session_not_begun", {{"room", room->name()}, {"reason", begun.error().reason}});
    co_return;
  }
  const LiveStep wanted = stream == StreamState::live ? LiveStep::publish : LiveStep::unpublish;
  const Milliseconds grace = std::chrono::seconds(Core::current()->config().get(kInterruptedSeconds));
  std::optional<LiveStep> due;
  if (next_state(session->state, wanted)) due = wanted;
  const bool waited =
      session->state == LiveState::interrupted && context_.clock.wall() - session->interrupted >= grace;
  if (!due && waited) due = LiveStep::give_up;
  if (!due) co_return;
  const auto stepped = co_await step(session->id, *due);
  if (!stepped && stepped.error() != kNotNow)
    log_warn("rooms.session_not_moved", {{"room", room->name()}, {"reason", stepped.error().reason}});
}

// A picture without an announcement: the room is live at once.
Task<Result<LiveSession>> SessionService::begin(RoomHandlePtr room) {
  const RoomSummary summary = room->summary();
  const WallTime now = context_.clock.wall();
  LiveSession session{.id = context_.ids.next<LiveSessionId>(),
                      .room = room->name(),
                      .title = summary.title,
                      .version = 0,
                      .created = now};
  session = advance(std::move(session), LiveState::live, now, context_.media.status(summary.stream).newest);
  Effect effect = [session](Transaction& tx) { return insert_session(tx, session); };
  co_return co_await write(room, session, std::move(effect));
}

// The encoder has stopped: its next picture is a new session's.
Task<void> SessionService::forget_left_on(LiveSession session) {
  session.left_on = false;
  ++session.version;
  auto work = [session](Transaction& tx) { return update_session(tx, session); };
  const Result<void> written = co_await context_.database->write(std::move(work));
  if (written) context_.lives.set(std::move(session));
}

// Writes the session with its event, then lets the room's door and picture follow.
Task<Result<LiveSession>> SessionService::write(RoomHandlePtr room, LiveSession after, Effect effect) {
  RoomEvent event{.body = session_body(after),
                  .change = SessionNews{.json = session_json(after), .practice = after.practice}};
  const Result<void> written = co_await rooms_.publish(room, std::move(event), std::move(effect));
  if (!written) co_return written.error();
  context_.lives.set(after);
  std::function<void(Room&)> show = [this, name = room->name(), stream = room->summary().stream](Room& at) {
    at.set_live(picture_shown(context_, name, stream));
  };
  co_await rooms_.at_home(room, std::move(show));
  co_return after;
}

Task<Result<MadeSession>> SessionService::schedule(std::string room, SessionDraft draft, IdempotencyKey key) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto look_up = [key](Transaction& tx) { return find_effect(tx, key); };
  const auto known = co_await context_.database->read(std::move(look_up));
  if (!known) co_return known.error();
  if (*known) {
    auto made = co_await find(LiveSessionId{**known});
    if (!made) co_return made.error();
    co_return MadeSession{std::move(*made), true};
  }
  const LiveSession session{.id = context_.ids.next<LiveSessionId>(),
                            .room = room,
                            .title = draft.title.empty() ? handle->summary().title : draft.title,
                            .cover = draft.cover,
                            .practice = draft.practice,
                            .starts = draft.starts,
                            .created = context_.clock.wall()};
  Effect effect = [session, key](Transaction& tx) { return keep_effect(tx, key, session); };
  auto made = co_await write(handle, session, std::move(effect));
  if (!made) co_return made.error();
  stream_changed(handle);  // the picture may be there already
  co_return MadeSession{std::move(*made), false};
}

Task<Result<LiveSession>> SessionService::change(LiveSessionId id, SessionChange change) {
  for (int tries = 1;; ++tries) {
    auto found = co_await find(id);
    if (!found) co_return found.error();
    LiveSession after = std::move(*found);
    if (after.state != LiveState::scheduled && after.state != LiveState::preview) co_return kNotNow;
    if (change.title) after.title = *change.title;
    if (change.cover) after.cover = *change.cover;
    if (change.starts) after.starts = *change.starts;
    if (change.practice) after.practice = *change.practice;
    ++after.version;
    const auto handle = context_.directory.find(after.room);
    if (!handle) co_return kNoRoom;
    Effect effect = [after](Transaction& tx) { return update_session(tx, after); };
    auto changed = co_await write(handle, after, std::move(effect));
    const bool lost = !changed && changed.error().reason == "rooms.session_changed";
    if (!lost || tries == kTries) co_return changed;
  }
}

Task<Result<LiveSession>> SessionService::step(LiveSessionId id, LiveStep step) {
  for (int tries = 1;; ++tries) {
    auto found = co_await find(id);
    if (!found) co_return found.error();
    const auto to = next_state(found->state, step);
    if (!to && step == LiveStep::go_live && found->state == LiveState::scheduled) co_return kNoPicture;
    if (!to) co_return kNotNow;
    const auto handle = context_.directory.find(found->room);
    if (!handle) co_return kNoRoom;
    const StreamStatus stream = context_.media.status(handle->summary().stream);
    LiveSession after = advance(std::move(*found), *to, context_.clock.wall(), stream.newest);
    after.left_on = step == LiveStep::end && stream.state != StreamState::idle;
    Effect effect = [after](Transaction& tx) { return update_session(tx, after); };
    auto moved = co_await write(handle, after, std::move(effect));
    const bool lost = !moved && moved.error().reason == "rooms.session_changed";
    if (!lost || tries == kTries) {
      co_return moved;
    }
  }
}

Task<Result<LiveSession>> SessionService::find(LiveSessionId id) {
  auto work = [id](Transaction& tx) { return session_by_id(tx, id); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<std::vector<LiveSession>>> SessionService::list(std::string room,
                                                            std::optional<LiveSessionId> before,
                                                            int64_t count) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, before, count](Transaction& tx) { return sessions_of(tx, room, before, count); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<TimelinePage>> SessionService::timeline(LiveSession session, TimelinePlace after, int64_t count) {
  auto control = [id = session.id, after, count](Transaction& tx) {
    return timeline_control(tx, id, after, count + 1);
  };
  const auto rows = co_await context_.database->read(std::move(control));
  if (!rows) co_return rows.error();
  auto talk = [id = session.id, after, count](Transaction& tx) {
    return timeline_chat(tx, id, after, count + 1);
  };
  const auto lines = co_await context_.chat->read(std::move(talk));
  if (!lines) co_return lines.error();
  std::vector<TimelinePage::Item> items;
  for (const TimelineRow& row : *rows) items.push_back({row.place, row.at, row.body});
  for (const TimelineLine& line : *lines)
    items.push_back({line.place, line.line.at, timeline_line_body(line.line), line.line.id});
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
  TimelinePage out;
  if (items.size() > static_cast<size_t>(count)) {
    items.resize(static_cast<size_t>(count));
    out.next = items.back().place;
  }
  if (auto cleaned = co_await without_removed(session.room, std::move(items)); !cleaned)
    co_return cleaned.error();
  else
    out.items = std::move(*cleaned);
  co_return out;
}

// chat.sqlite may not know yet that a line was removed: the two files are not one transaction.
Task<Result<std::vector<TimelinePage::Item>>> SessionService::without_removed(
    std::string room, std::vector<TimelinePage::Item> items) {
  std::vector<MessageId> lines;
  for (const auto& item : items) {
    if (item.line) lines.push_back(*item.line);
  }
  if (lines.empty()) co_return items;
  const auto [first, last] = std::minmax_element(lines.begin(), lines.end());
  auto work = [room, low = *first, high = *last](Transaction& tx) {
    return removed_lines(tx, room, low, high);
  };
  const auto removed = co_await context_.database->read(std::move(work));
  if (!removed) co_return removed.error();
  const std::set<MessageId> gone(removed->begin(), removed->end());
  std::erase_if(items, [&](const auto& item) { return item.line && gone.contains(*item.line); });
  co_return items;
}

}  // namespace vitrine
