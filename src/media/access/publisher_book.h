// Everybody who publishes now, with the key they came in with, and every pull that feeds a stream: so that a
// kick, a revoked key or one that has expired ends them, and so that others hear who comes and goes.
//
// Owns    a line per publisher, from enter() until its sink ends.
// Thread  any; the sinks it wraps stay on their publisher's core. on_change() before the first publisher.
// Never   touches a connection: the sink answers `gone` to the next frame, and ingest closes. A publisher
// that
//         sends nothing is closed by ingest's own limit on silence, a pull by whoever ended it.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "media/codec/frame_sink.h"
#include "runtime/guarded.h"

namespace vitrine {

// The reason of `gone` for whoever was ended by the book, not by another publisher.
inline constexpr std::string_view kPublishEnded = "publish.ended";

struct Publish {
  int64_t id = 0;  // of an IdSource: orders publishes, never repeated
  std::string stream;
  KeyId key = {};    // 0 for a pull
  PullId pull = {};  // 0 for a publisher
  std::optional<WallTime> key_ends = {};
  std::string address;
  std::string encoder;
  WallTime since;
};

enum class PublishStop : uint8_t {
  none,
  finished,
  lost,
  taken_over,
  kicked,
  key_revoked,
  key_expired,
  pull_ended,
};
constexpr std::array<std::string_view, 8> enum_names(PublishStop) {
  return {"none", "finished", "lost", "taken_over", "kicked", "key_revoked", "key_expired", "pull_ended"};
}

// Who was ended by one call.
struct EndedPublishes {
  int count = 0;
  std::vector<PullId> pulls;  // those among them that come back unless they are stopped
};

class PublisherBook {
 public:
  // `stop` is none when it begins. Called on the publisher's core; must not wait.
  using Listener = std::function<void(const Publish& publish, PublishStop stop)>;

  PublisherBook();
  ~PublisherBook();
  void on_change(Listener listener);

  // Writes the publisher down and wraps its sink; the book outlives the sink.
  std::unique_ptr<FrameSink> enter(std::unique_ptr<FrameSink> sink, Publish publish);

  // Each that is ended is gone with its next frame; the others answer how many.
  EndedPublishes end_stream(const std::string& stream);
  // A pull that staff have paused or removed.
  int end_pull(PullId pull);
  int end_key(KeyId key);
  int end_expired(WallTime now);
  // A key that was given an end while somebody publishes with it.
  void set_key_end(KeyId key, std::optional<WallTime> ends);
  bool uses(KeyId key) const;
  // The pull that feeds a stream; empty when a publisher or nobody does.
  std::optional<PullId> pull_of(const std::string& stream) const;

 private:
  struct Seat;
  class Sink;
  template <class Which>
  EndedPublishes end_where(PublishStop why, Which which);

  Listener listener_;
  Guarded<std::list<std::shared_ptr<Seat>>> seats_;
};

}  // namespace vitrine
