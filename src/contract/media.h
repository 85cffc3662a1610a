// What other modules may ask of media. Answers are plain values; every call has a deadline and may
// answer `unavailable`.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

enum class StreamState : uint8_t { idle, live, lost };  // lost: publisher gone, inside the grace

struct StreamStatus {
  StreamState state = StreamState::idle;
  std::optional<MediaTime> newest;  // newest PTS on the stream's line; empty when idle
  int64_t viewers = 0;
};

// Thread: any. Answers from memory, without waiting: the newest status each stream's home core posted.
class MediaPort {
 public:
  virtual ~MediaPort() = default;
  virtual StreamStatus status(const std::string& stream) const = 0;
  // What a viewer's page adds to the stream's play URL: "token=...", made for `viewer` (as AudiencePort
  // knows it, or empty); "" while media cannot make one. Ask it only for whoever may watch. Thread: a core.
  virtual std::string play_query(const std::string& stream, const std::string& viewer) const = 0;
  // Called (on an unspecified core) whenever a stream's state changes. Set before start.
  virtual void on_state(std::function<void(std::string stream, StreamState state)> listener) = 0;
};

}  // namespace vitrine
