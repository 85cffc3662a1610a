// One core's replica of a feed: its ring of references, its viewers, and the moments at which they are
// sent to.
//
// Owns    references to the slabs, the cursors of this core's viewers and one timer.
// Thread  its core; made elsewhere, and first used there.
// Never   sends from within append(): ingest and joining get their turn between slices.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "runtime/core.h"
#include "runtime/flush_pacer.h"
#include "runtime/flush_schedule.h"
#include "runtime/ring_policy.h"
#include "runtime/ring_slabs.h"
#include "runtime/ring_viewers.h"

namespace vitrine {

class FeedReplica : public std::enable_shared_from_this<FeedReplica> {
 public:
  // Slabs on their way to this core; over it the feed stops posting, and what was missed counts as lag.
  static constexpr uint32_t kMailboxMax = 4'096;

  // `pacer` may be null when the interval is fixed.
  FeedReplica(Core& core, const Clock& clock, const FeedOptions& options, std::shared_ptr<FlushPacer> pacer);
  ~FeedReplica();

  // From the feed, in order. begin_at() when there is nothing to append yet. A gap in the numbers counts as
  // lag for everyone who lacks it.
  void begin_at(uint64_t sequence) { ring_.restart_at(sequence); }
  void append(uint64_t sequence, SlabPtr slab);
  void end();
  const RingSlabs& slabs() const { return ring_; }
  std::atomic<uint32_t>& mailbox() { return mailbox_; }
  Core& core() { return home_.core(); }

  // From seats.
  ViewerId add(RingSocket& socket, RingListener& listener, SeatStart start);
  void remove(ViewerId id);
  Result<void> send_private(ViewerId id, Bytes messages);
  void resume(ViewerId id, SeatStart start);
  void hold(ViewerId id) { viewers_.hold(id); }
  bool at_rest(ViewerId id) const { return viewers_.at_rest(id); }
  RingStats stats() const { return viewers_.stats(); }

 private:
  static constexpr size_t kSliceSends = 128;           // about a millisecond
  static constexpr Milliseconds kLookInterval{1'000};  // for lag and stalls
  static constexpr Milliseconds kAudioPatience{100};

  // The number up to which everyone is sent to between flushes.
  uint64_t target() const { return policy_.flush == FlushMode::sweep ? ring_.head() : flushed_; }
  Milliseconds flush_interval() const;
  void plan();
  void arm(MonotonicTime due);
  void begin_flush();
  void slice();
  std::function<void()> wake_of(ViewerId id);
  void write_soon(ViewerId id);
  void after_sending();
  void tell(std::vector<RingViewers::Notice> notices);
  void look();
  void measure(MonotonicTime now);

  HomeCore home_;
  const Clock& clock_;
  RingPolicy policy_;
  std::shared_ptr<FlushPacer> pacer_;  // null: the interval is fixed
  RingSlabs ring_;
  RingViewers viewers_;
  boost::asio::steady_timer flush_timer_;
  boost::asio::steady_timer look_timer_;
  std::atomic<uint32_t> mailbox_{0};

  uint64_t flushed_ = 0;       // everyone at the live edge has, or gets in this flush, all below it
  bool flushing_ = false;      // a pass is under way
  bool lead_waiting_ = false;  // among what has not been flushed
  FlushSchedule schedule_;
  MonotonicTime waiting_since_{};  // of the oldest slab not flushed
  MonotonicTime timer_due_{};
  bool timer_armed_ = false;
  bool looking_ = false;
  RingViewers::Look look_ = RingViewers::Look::away;  // in the next pass
  bool ending_ = false;

  FlushPacer::Demand demand_;
  MonotonicTime measured_at_{};
  uint64_t leads_ = 0;  // since measured_at_
  uint64_t bytes_ = 0;
};

}  // namespace vitrine
