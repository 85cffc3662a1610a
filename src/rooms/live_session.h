// One live session of a room, from its announcement to its end: the table of its states, and where on its
// own line of time a moment lies.
//
//   scheduled --publish--> preview --go_live--> live --unpublish--> interrupted --publish--> live
//   preview --unpublish--> scheduled            live, interrupted --end--> ended
//   scheduled, preview --end--> ended           interrupted --give_up--> ended
//
// Thread  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace vitrine {

struct LiveSessionTag {
  static constexpr std::string_view prefix = "liv_";
};
using LiveSessionId = Id<LiveSessionTag>;

enum class LiveState : uint8_t { scheduled, preview, live, interrupted, ended };
constexpr std::array<std::string_view, 5> enum_names(LiveState) {
  return {"scheduled", "preview", "live", "interrupted", "ended"};
}
// give_up: the picture did not come back in time.
enum class LiveStep : uint8_t { publish, unpublish, go_live, end, give_up };
constexpr std::array<std::string_view, 5> enum_names(LiveStep) {
  return {"publish", "unpublish", "go_live", "end", "give_up"};
}

// Empty when the step means nothing in that state.
std::optional<LiveState> next_state(LiveState from, LiveStep step);

// A stretch of the stream's line (DESIGN 4.3) and where it begins on the session's.
struct MediaSpan {
  int64_t epoch = 0;
  int64_t first_pts = 0;
  int64_t start_ms = 0;
  friend bool operator==(const MediaSpan&, const MediaSpan&) = default;
};

struct LiveSession {
  LiveSessionId id{};
  std::string room{};
  std::string title{};
  std::optional<std::string> cover{};
  LiveState state = LiveState::scheduled;
  bool practice = false;  // only staff are let in, and nothing of it is kept
  int64_t version = 1;    // raised by each change: who writes compares it
  std::optional<WallTime> starts{};
  WallTime created{};
  // 0: not yet.
  WallTime went_live{};
  WallTime interrupted{};
  WallTime ended{};
  // It ended while the encoder still sent: that picture belongs to nobody until the encoder stops.
  bool left_on = false;
  std::vector<MediaSpan> spans{};

  bool open() const { return state != LiveState::ended; }
  // Viewers see its picture.
  bool on_air() const { return state == LiveState::live || state == LiveState::interrupted; }
};

// The session after a step at `now`; `newest` is the newest time of its picture.
LiveSession advance(LiveSession session, LiveState to, WallTime now, std::optional<MediaTime> newest);

// A place on a session's own line: milliseconds since it went live. Goes on over a publisher's reconnects.
struct LiveMoment {
  LiveSessionId session{};
  int64_t t_ms = 0;
};
// Of something that happened at `at`, or that belongs to the picture at `media`. Empty when the session was
// not on air then.
std::optional<LiveMoment> moment_of(const LiveSession& session, WallTime at, std::optional<MediaTime> media);

}  // namespace vitrine
