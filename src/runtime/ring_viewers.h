// The viewers of one feed on one core and the sending to them: an array of cursors into the ring.
// Knows no timer and no loop: ring_replica.h says when.
//
//   1  A viewer's bytes are: its prefix, then slabs from its cursor on, each whole and in order.
//   2  After a partial write the rest of that one slab goes first, whatever else has come up.
//   3  Private bytes are written only between slabs, whole messages in order.
//   4  A viewer over its lag budget goes on only at a join point ahead of it.
//   5  What waits for one viewer is bounded: a newer opening replaces one not begun, and on_lagged() waits
//      until the viewer takes bytes again and has all of the last answer: nobody makes an answer for who
//      does not read.
//
// Owns    cursors, partial slabs and private lanes; borrows sockets, listeners and the ring.
// Thread  one core.
// Never   calls a listener (see take_notices), allocates or counts a reference per viewer and flush.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/ring_gather.h"
#include "runtime/ring_policy.h"
#include "runtime/ring_slabs.h"
#include "runtime/ring_socket.h"

namespace vitrine {

// Names a viewer for its whole life; never used again.
struct ViewerId {
  uint32_t slot = 0;
  uint32_t generation = 0;
  friend bool operator==(const ViewerId&, const ViewerId&) = default;
};

// How a viewer begins.
struct SeatStart {
  // Sent first, as they are: HTTP head, snapshot.
  std::vector<SlabPtr> prefix;
  // The first slab; empty: the newest join point (with its opening), or the next one when there is none.
  std::optional<uint64_t> sequence;
};

class RingViewers {
 public:
  static constexpr size_t kLaneMax = 16 * 1024;
  static constexpr size_t kViewersToJoin = 4;  // so many share a list before it is worth a copy

  // Makes what a viewer's socket calls when it may take more, which may be after all viewers are gone: it
  // must call writable().
  using MakeWake = std::function<std::function<void()>(ViewerId)>;
  RingViewers(const RingSlabs& ring, const Clock& clock, RingPolicy policy, MakeWake make_wake)
      : ring_(ring), clock_(clock), policy_(policy), make_wake_(std::move(make_wake)) {}
  RingViewers(const RingViewers&) = delete;
  RingViewers& operator=(const RingViewers&) = delete;

  ViewerId add(RingSocket& socket, RingListener& listener, SeatStart start);
  void remove(ViewerId id);
  bool seated(ViewerId id) const { return find(id) != nullptr; }
  size_t count() const { return viewers_.size(); }

  // Adds whole messages to the viewer's lane; they are sent by the next write.
  // Errors: `exhausted` "ring.lane_full" (nothing was added), `gone` "ring.seat_ended".
  Result<void> send_private(ViewerId id, Bytes messages);
  // Sends `prefix` and then slabs from `sequence` on, after what is under way.
  void resume(ViewerId id, SeatStart start);
  // After what is under way nothing is sent but private bytes, until resume().
  void hold(ViewerId id);
  // Held, or ended, and everything begun has been handed to the kernel.
  bool at_rest(ViewerId id) const;

  // Sends one viewer what it lacks up to `to`.
  void write(ViewerId id, uint64_t to);
  // The socket may take more.
  void writable(ViewerId id, uint64_t to);

  // One pass visits every viewer once; slices of it send to at most `sends` viewers. Now and then a pass
  // also looks for viewers over their lag budget: that is a system call each, and cheapest right after the
  // send, while the kernel's side of the socket is in the cache.
  enum class Look : uint8_t { away, at_lag };
  void begin_pass(Look look = Look::away) {
    next_ = 0;
    look_ = look;
  }
  // False when the pass is over.
  bool slice(uint64_t to, size_t sends);
  // Ends viewers who have taken nothing for RingPolicy::stall_max. No system calls.
  void end_stalled();
  // No more slabs will come: viewers who have all, now or later, get SeatEnd::feed_ended.
  void end();

  struct Notice {
    ViewerId id;
    RingListener* listener;
    std::optional<SeatEnd> end;  // empty: lagged
    uint64_t lost_from = 0;      // when lagged
  };
  // What listeners are to be told, in order. A listener may be gone by then: ask seated(id) first.
  std::vector<Notice> take_notices();

  const RingStats& stats() const { return stats_; }

 private:
  struct Private {
    std::vector<SlabPtr> prefix;
    size_t prefix_sent = 0;
    bool ends_with_opening = false;  // the last of the prefix is a join point's: a newer one replaces it
    std::vector<uint8_t> lane;
    bool prefix_waits() const { return prefix_sent < prefix.size(); }
  };
  // What only those look at who are not at the live edge.
  struct Rest final : DescriptorBorrower {
    Rest(RingViewers& viewers, RingSocket& s, RingListener& l, uint32_t at)
        : all(viewers), socket(s), listener(l), slot(at) {}
    void on_descriptor_gone() override { all.viewers_[all.slots_[slot].index].descriptor = -1; }

    RingViewers& all;
    RingSocket& socket;
    RingListener& listener;
    uint32_t slot;
    size_t partial_sent = 0;
    SlabPtr partial;  // begun, and to be finished first
    std::unique_ptr<Private> own;
    std::optional<uint64_t> tell_lost_from;  // on_lagged() once it takes bytes again and has its prefix
    int64_t blocked_since_us = 0;
    int64_t allowance_us = 0;  // the age of the join point it started from, until it has caught up
  };
  // What every flush looks at: small, and in the order of sending, for between two sends the kernel uses the
  // whole cache.
  struct Viewer {
    uint64_t cursor = 0;  // the next slab
    std::unique_ptr<Rest> rest;
    int descriptor = -1;       // lent by the socket; -1: its send() is to be called
    bool at_edge : 1 = false;  // had everything up to the last `to`: takes the shared list
    bool begun : 1 = false;    // has a partial slab or private bytes
    bool blocked : 1 = false;  // waits for the socket
    bool waiting : 1 = false;  // waits for a join point at or after its cursor
    bool asked : 1 = false;    // waits for resume(): LagPolicy::ask, or held
    bool ended : 1 = false;
  };
  struct Slot {
    uint32_t index = 0;
    uint32_t generation = 0;
    bool used = false;
  };

  Viewer* find(ViewerId id);
  const Viewer* find(ViewerId id) const { return const_cast<RingViewers*>(this)->find(id); }
  ViewerId id_of(const Viewer& viewer) const {
    return {viewer.rest->slot, slots_[viewer.rest->slot].generation};
  }
  Private& own(Viewer& viewer);
  void place(size_t index, Viewer viewer);
  void start_at(Viewer& viewer, SeatStart start);
  void join_at(Viewer& viewer, uint64_t join_point);
  void take_join_point(Viewer& viewer);
  void fall_behind(Viewer& viewer);
  void check_lag(Viewer& viewer);
  void ask(Viewer& viewer, uint64_t lost_from);
  void ask_if_due(Viewer& viewer);
  void fetch_ahead() const;
  void write(Viewer& viewer, uint64_t to);
  bool write_shared(Viewer& viewer, uint64_t to);
  void write_own(Viewer& viewer, uint64_t to);
  bool gather_own(const Viewer& viewer, uint64_t to);
  void settle(Viewer& viewer, size_t taken);
  size_t settle_private(Viewer& viewer, size_t taken);
  void settle_slabs(Viewer& viewer, size_t taken);
  std::optional<size_t> give(Viewer& viewer, const GatherList& list);
  void block(Viewer& viewer);
  void finish(Viewer& viewer, SeatEnd end);
  void finish_if_done(Viewer& viewer);
  void count_latency();

  const RingSlabs& ring_;
  const Clock& clock_;
  RingPolicy policy_;
  MakeWake make_wake_;
  std::vector<Viewer> viewers_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  size_t next_ = 0;  // of the pass under way; those before it have been visited
  Look look_ = Look::away;
  bool ending_ = false;

  // The list of the viewers at the live edge: slabs [shared_from_, shared_to_), of those wanted.
  GatherList shared_;
  uint64_t shared_from_ = 0;
  uint64_t shared_to_ = 0;
  uint64_t shared_wanted_ = 0;
  size_t shared_done_ = 0;  // viewers who took all of it and are not counted yet
  GatherList own_;          // of the one viewer being written

  std::vector<Notice> notices_;
  RingStats stats_;
};

}  // namespace vitrine
