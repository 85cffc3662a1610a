// The SQL of live sessions and of their timelines. A session changes by compare-and-set on its version.
//
// Thread  inside a closure of the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rooms/live_session.h"
#include "rooms/room_events.h"
#include "store/transaction.h"

namespace vitrine {

extern const std::string_view kLiveTables;      // rooms.sqlite
extern const std::string_view kChatLiveTables;  // chat.sqlite

// Errors: `conflict` "rooms.session_open" when the room has one that has not ended.
Result<void> insert_session(Transaction& tx, const LiveSession& session);
// Replaces the version before. Errors: `conflict` "rooms.session_changed" when that is not what is stored.
Result<void> update_session(Transaction& tx, const LiveSession& session);
// Errors: `not_found` "rooms.session".
Result<LiveSession> session_by_id(Transaction& tx, LiveSessionId id);
// Newest first, without their spans; those made before `before`, when it is set.
Result<std::vector<LiveSession>> sessions_of(Transaction& tx, const std::string& room,
                                             std::optional<LiveSessionId> before, int64_t count);
// Of each room, with spans.
Result<std::vector<LiveSession>> newest_sessions(Transaction& tx);

// A line that was taken off the screens: no timeline has it.
Result<void> remove_line(Transaction& tx, const std::string& room, MessageId line);

// A place in a timeline: events are ordered by it.
struct TimelinePlace {
  int64_t t_ms = -1;
  RoomPosition at{};
  friend auto operator<=>(const TimelinePlace&, const TimelinePlace&) = default;
};
struct TimelineRow {
  TimelinePlace place;
  WallTime at;
  std::string body;  // JSON, as the room's viewers saw it
};
// Behind `after`, in order.
Result<std::vector<TimelineRow>> timeline_control(Transaction& tx, LiveSessionId session,
                                                  const TimelinePlace& after, int64_t count);
struct TimelineLine {
  TimelinePlace place;
  ChatLine line;
};
// chat.sqlite; behind `after`, in order.
Result<std::vector<TimelineLine>> timeline_chat(Transaction& tx, LiveSessionId session,
                                                const TimelinePlace& after, int64_t count);
// Those among the lines between `first` and `last` that were removed.
Result<std::vector<MessageId>> removed_lines(Transaction& tx, const std::string& room, MessageId first,
                                             MessageId last);

}  // namespace vitrine
