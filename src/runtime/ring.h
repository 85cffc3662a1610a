// The fan-out: one writer, many viewers, one copy of the bytes (DESIGN 4.1). Media streams and rooms
// use the same ring.
//
//   Feed feed(cores, home, clock, options, pacers);       on the source's home core
//   feed.append(slab);                                    each slab is posted once per core with viewers
//   FeedLease lease = feed.lease(viewer_core);            on the home core, then moved to the viewer's
//   RingSeat seat(std::move(lease), socket, listener, start);            on the viewer's core
//   seat.send_private(bytes);                             pong, own echo, errors
//
// Owns    Feed: one FeedReplica on the home core, and one on each other core that has viewers.
//         RingSeat: one viewer's place; the viewer is sent to while the seat lives.
// Thread  Feed: its home core. FeedLease: made on the home core, then moves to the core it is for.
//         RingSeat: that core.
// Never   waits for a viewer, or lets one slow down the source.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "runtime/core.h"
#include "runtime/flush_pacer.h"
#include "runtime/ring_policy.h"
#include "runtime/ring_replica.h"
#include "runtime/ring_slabs.h"
#include "runtime/ring_socket.h"

namespace vitrine {

struct FeedDesk;  // the feed's books: who has leases, which cores have replicas

// The right to seat one viewer of a feed on one core. The feed counts it as a user until it is gone.
class FeedLease {
 public:
  // By Feed::lease().
  FeedLease(std::weak_ptr<FeedDesk> desk, Core& home, std::shared_ptr<FeedReplica> replica);
  FeedLease(FeedLease&&) noexcept = default;
  FeedLease& operator=(FeedLease&& other) noexcept;
  ~FeedLease();

  FeedReplica& replica() const { return *replica_; }

 private:
  void give_back();

  std::weak_ptr<FeedDesk> desk_;
  Core* home_;
  std::shared_ptr<FeedReplica> replica_;  // null once moved from
};

class RingSeat {
 public:
  // Begins to send in the loop's next turn. `socket` and `listener` are borrowed while the seat lives.
  RingSeat(FeedLease lease, RingSocket& socket, RingListener& listener, SeatStart start);
  ~RingSeat();
  RingSeat(const RingSeat&) = delete;
  RingSeat& operator=(const RingSeat&) = delete;

  // Bytes for this viewer alone: whole messages, at most 16 KiB waiting. They go between slabs.
  // Errors: `exhausted` "ring.lane_full" (nothing was added), `gone` "ring.seat_ended".
  Result<void> send_private(Bytes messages);
  // After on_lagged(), or to start anew: `start.prefix` and then slabs from `start.sequence` on.
  void resume(SeatStart start);
  // After what is under way nothing is sent but private bytes, until resume(). Once at_rest(), the kernel
  // has all of it: the seat may be destroyed, and whatever the socket is sent next begins a message.
  void hold();
  bool at_rest() const;

 private:
  FeedLease lease_;
  ViewerId id_;
};

// One FlushPacer per core, for feeds with RingPolicy::flush_automatic.
class FlushPacers {
 public:
  explicit FlushPacers(Cores& cores) {
    for (int core = 0; core < cores.count(); ++core) pacers_.push_back(std::make_shared<FlushPacer>());
  }
  // Shared with the replicas of that core, which may be the last to go.
  const std::shared_ptr<FlushPacer>& at(const Core& core) {
    return pacers_[static_cast<size_t>(core.index())];
  }

 private:
  std::vector<std::shared_ptr<FlushPacer>> pacers_;
};

class Feed {
 public:
  // `pacers` may be null when the flush interval is fixed; it, the cores and the clock outlive the feed.
  Feed(Cores& cores, Core& home, const Clock& clock, FeedOptions options, FlushPacers* pacers = nullptr);
  ~Feed();  // ends it
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // Takes the next slab; returns its number.
  uint64_t append(SlabPtr slab);
  // The number the next slab will get: with what has been appended so far, a viewer's SeatStart.sequence.
  uint64_t head() const { return slabs().head(); }
  // What a viewer can still get.
  const RingSlabs& slabs() const;

  // A place for one viewer on `core`.
  FeedLease lease(Core& core);
  // Places given out and not yet given back.
  size_t leases() const;
  // No more slabs: viewers get what there is and then SeatEnd::feed_ended.
  void end();

  // Summed over the cores, as they were at the last call: asks them anew for the next one.
  RingStats stats();

 private:
  std::shared_ptr<FeedReplica> make_replica(Core& core);

  HomeCore home_;
  const Clock& clock_;
  FeedOptions options_;
  FlushPacers* pacers_;
  std::shared_ptr<FeedDesk> desk_;  // weak in leases and in posts, which come back to the home core
  bool ended_ = false;
};

}  // namespace vitrine
