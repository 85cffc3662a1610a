// Every stream of this process, each on its home core (hash of the name).
//
// Owns    the streams; those nobody uses any more are forgotten when the next one comes.
// Thread  publish(), join(), views() and status() from any core; they go to the home core by themselves.
//         on_state() before the first publisher; close() from any core, once.
// Never   decides who may publish or watch.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "contract/media.h"
#include "media/codec/frame_sink.h"
#include "media/hub/stream.h"
#include "runtime/core.h"
#include "runtime/guarded.h"
#include "runtime/task.h"

namespace vitrine {

struct StreamClaim {
  std::string stream;
  std::string address;
  std::string encoder;
  bool take_over = false;
  bool yields = false;  // gives way to any publisher (publisher_seat.h)
};

// A place in a stream's feed, and what a viewer must know before its first byte.
struct StreamJoin {
  FeedLease lease;
  bool has_video = false;
  bool has_audio = false;
};

class StreamDirectory {
 public:
  struct Uses {
    Cores& cores;
    const Clock& clock;
    MakeFeedWriter make_writer;
    std::function<StreamLimits()> limits;  // called on a home core
    std::function<FeedOptions()> feed_options;
  };
  static constexpr size_t kStreamsMax = 2'000;  // on one core
  // A viewer that comes just before the publisher's first frames waits so long for them.
  static constexpr Milliseconds kStartWait{1'000};

  explicit StreamDirectory(Uses uses);
  ~StreamDirectory();

  // The stream's seat. Errors: `conflict` "publish.busy", `exhausted` "media.too_many_streams",
  // `unavailable` "media.stopping".
  Task<Result<std::unique_ptr<FrameSink>>> publish(StreamClaim claim);
  // A place on `core`. Errors: `not_found` "media.not_live".
  Task<Result<StreamJoin>> join(std::string stream, WireFormat format, Core& core);
  // Empty optional when there is no such stream; idle streams are not kept.
  Task<std::optional<StreamView>> view(std::string stream);
  Task<std::vector<StreamView>> views();

  StreamStatus status(const std::string& stream) const;
  void on_state(std::function<void(std::string, StreamState)> listener) { listener_ = std::move(listener); }
  // Ends all streams and takes no new ones.
  Task<void> close();

 private:
  using Streams = std::map<std::string, std::shared_ptr<Stream>>;
  using Pulses = std::map<std::string, std::shared_ptr<const StreamPulse>, std::less<>>;

  struct Claimed {
    std::weak_ptr<Stream> stream;
    std::shared_ptr<SeatLink> link;
  };

  Task<Result<Claimed>> claim_here(StreamClaim claim);
  Task<Result<StreamJoin>> join_here(std::string stream, WireFormat format, Core* core);
  Task<std::optional<StreamView>> view_here(std::string stream);
  Task<std::vector<StreamView>> views_here();
  Task<void> close_here();
  Streams& streams_here() { return streams_[static_cast<size_t>(Core::current()->index())]; }
  Result<std::shared_ptr<Stream>> find_or_make(const std::string& name);
  void forget_disused();

  Uses uses_;
  FlushPacers pacers_;
  std::vector<Streams> streams_;  // by core
  std::vector<char> closed_;      // by core
  Guarded<Pulses> pulses_;
  std::function<void(std::string, StreamState)> listener_;
};

}  // namespace vitrine
