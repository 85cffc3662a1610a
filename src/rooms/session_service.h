// The steps of a live session: write the next state by compare-and-set, show it, and let the room, its door
// and its picture follow. Looks once a second at what streams do, so that nothing is missed for long.
//
// Owns    the timer of that look.
// Thread  load(), start(), close() on the module's home core; the rest on any core.
// Never   decides what a state allows: that is the table of live_session.h.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rooms/room_service.h"
#include "rooms/session_store.h"
#include "runtime/stop_gate.h"

namespace vitrine {

struct SessionDraft {
  std::string title{};  // empty: the room's
  std::optional<std::string> cover{};
  std::optional<WallTime> starts{};
  bool practice = false;
};
// What is left out stays as it is.
struct SessionChange {
  std::optional<std::string> title{};
  std::optional<std::optional<std::string>> cover{};
  std::optional<std::optional<WallTime>> starts{};
  std::optional<bool> practice{};
};
struct MadeSession {
  LiveSession session;
  bool replayed = false;
};
struct TimelinePage {
  struct Item {
    TimelinePlace place;
    WallTime at;
    std::string body;                    // without its number
    std::optional<MessageId> line = {};  // of a chat line
  };
  std::vector<Item> items;
  std::optional<TimelinePlace> next;
};

class SessionService {
 public:
  // The home core of "rooms" carries the timer.
  SessionService(RoomsContext& context, RoomService& rooms, Core& home)
      : context_(context), rooms_(rooms), home_(home), timer_(home.io()) {}

  // Start-up, before the rooms: sessions into memory. Errors: the database's.
  Task<Result<void>> load();
  // Once the rooms are there.
  void start();
  // Nothing of it runs when this answers.
  Task<void> close();
  // The room's stream began, was lost or ended; at once rather than with the next look.
  void stream_changed(RoomHandlePtr room);

  // All below: `not_found` "rooms.room" or "rooms.session", and the database's errors.
  // Errors: `conflict` "rooms.session_open" while there is one that has not ended.
  Task<Result<MadeSession>> schedule(std::string room, SessionDraft draft, IdempotencyKey key);
  // Errors: `conflict` "rooms.session_state" once it was live.
  Task<Result<LiveSession>> change(LiveSessionId id, SessionChange change);
  // go_live or end. Errors: `conflict` "rooms.session_state", "rooms.no_picture".
  Task<Result<LiveSession>> step(LiveSessionId id, LiveStep step);
  Task<Result<LiveSession>> find(LiveSessionId id);
  Task<Result<std::vector<LiveSession>>> list(std::string room, std::optional<LiveSessionId> before,
                                              int64_t count);
  Task<Result<TimelinePage>> timeline(LiveSession session, TimelinePlace after, int64_t count);

 private:
  using Effect = RoomService::Effect;
  Task<Result<LiveSession>> write(RoomHandlePtr room, LiveSession after, Effect effect);
  Task<Result<LiveSession>> begin(RoomHandlePtr room);
  Task<void> follow(RoomHandlePtr room);
  Task<void> follow_once(RoomHandlePtr room);
  Task<void> look(StopGate::Pass inside);
  void look_later();
  Task<Result<std::vector<TimelinePage::Item>>> without_removed(std::string room,
                                                                std::vector<TimelinePage::Item> items);
  Task<void> forget_left_on(LiveSession session);

  RoomsContext& context_;
  RoomService& rooms_;
  HomeCore home_;
  boost::asio::steady_timer timer_;
  StopGate gate_;
  std::map<std::string, bool> following_;  // rooms under way; true: look again
  WallTime started_{};
};

}  // namespace vitrine
