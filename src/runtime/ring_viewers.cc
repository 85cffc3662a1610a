#include "runtime/ring_viewers.h"

#include <algorithm>

#include "runtime/tcp.h"

namespace vitrine {

RingStats& RingStats::operator+=(const RingStats& more) {
  viewers += more.viewers;
  sends += more.sends;
  bytes += more.bytes;
  skips += more.skips;
  slabs_skipped += more.slabs_skipped;
  for (size_t at = 0; at < latency.size(); ++at) latency[at] += more.latency[at];
  latency_sum_us += more.latency_sum_us;
  return *this;
}

// Seats.

RingViewers::Viewer* RingViewers::find(ViewerId id) {
  if (id.slot >= slots_.size()) return nullptr;
  const Slot& slot = slots_[id.slot];
  if (!slot.used || slot.generation != id.generation) return nullptr;
  return &viewers_[slot.index];
}

ViewerId RingViewers::add(RingSocket& socket, RingListener& listener, SeatStart start) {
  uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot].used = true;
  Viewer viewer;
  viewer.rest = std::make_unique<Rest>(*this, socket, listener, slot);
  viewer.descriptor = socket.lend_descriptor(*viewer.rest);
  start_at(viewer, std::move(start));
  viewers_.emplace_back();
  place(viewers_.size() - 1, std::move(viewer));
  ++stats_.viewers;
  return {slot, slots_[slot].generation};
}

void RingViewers::place(size_t index, Viewer viewer) {
  slots_[viewer.rest->slot].index = static_cast<uint32_t>(index);
  viewers_[index] = std::move(viewer);
}

// Keeps the order "visited in this pass, then not yet visited": the hole is filled from the end of its
// own part, and the visited part's new hole from the end of the array.
void RingViewers::remove(ViewerId id) {
  const Viewer* viewer = find(id);
  if (viewer == nullptr) return;
  viewer->rest->socket.give_descriptor_back();
  Slot& slot = slots_[id.slot];
  size_t hole = slot.index;
  slot.used = false;
  ++slot.generation;
  free_slots_.push_back(id.slot);
  if (hole < next_) {
    --next_;
    if (hole != next_) place(hole, std::move(viewers_[next_]));
    hole = next_;
  }
  if (hole != viewers_.size() - 1) place(hole, std::move(viewers_.back()));
  viewers_.pop_back();
  --stats_.viewers;
}

Result<void> RingViewers::send_private(ViewerId id, Bytes messages) {
  Viewer* viewer = find(id);
  if (viewer == nullptr || viewer->ended) return Error{ErrorKind::gone, "ring.seat_ended"};
  auto& lane = own(*viewer).lane;
  if (lane.size() + messages.size() > kLaneMax) return Error{ErrorKind::exhausted, "ring.lane_full"};
  lane.insert(lane.end(), messages.begin(), messages.end());
  return {};
}

RingViewers::Private& RingViewers::own(Viewer& viewer) {
  if (!viewer.rest->own) viewer.rest->own = std::make_unique<Private>();
  viewer.begun = true;
  return *viewer.rest->own;
}

void RingViewers::resume(ViewerId id, SeatStart start) {
  Viewer* viewer = find(id);
  if (viewer == nullptr || viewer->ended) return;
  start_at(*viewer, std::move(start));
}

void RingViewers::hold(ViewerId id) {
  Viewer* viewer = find(id);
  if (viewer == nullptr || viewer->ended) return;
  viewer->waiting = false;
  viewer->asked = true;
}

bool RingViewers::at_rest(ViewerId id) const {
  const Viewer* viewer = find(id);
  return viewer == nullptr || viewer->ended || (viewer->asked && !viewer->begun);
}

void RingViewers::start_at(Viewer& viewer, SeatStart start) {
  viewer.asked = false;
  viewer.waiting = false;
  viewer.rest->tell_lost_from.reset();
  viewer.rest->allowance_us = 0;
  if (!start.prefix.empty()) {
    Private& mine = own(viewer);
    for (auto& slab : start.prefix) mine.prefix.push_back(std::move(slab));
    mine.ends_with_opening = false;
  }
  if (start.sequence) {
    viewer.cursor = *start.sequence;
    viewer.rest->allowance_us = ring_.lag(viewer.cursor, 0).count();
    return;
  }
  viewer.cursor = ring_.first();
  viewer.waiting = true;
  take_join_point(viewer);
}

// Falling behind and coming back.

void RingViewers::take_join_point(Viewer& viewer) {
  const auto join_point = ring_.newest_join_point();
  if (join_point && *join_point >= viewer.cursor) join_at(viewer, *join_point);
}

void RingViewers::join_at(Viewer& viewer, uint64_t join_point) {
  viewer.waiting = false;
  viewer.cursor = join_point;
  viewer.rest->allowance_us = ring_.lag(join_point, 0).count();
  const SlabPtr& opening = ring_.at(join_point)->opening;
  if (!opening) return;
  Private& mine = own(viewer);
  if (mine.ends_with_opening && mine.prefix_waits())
    mine.prefix.back() = opening;
  else
    mine.prefix.push_back(opening);
  mine.ends_with_opening = true;
}

void RingViewers::fall_behind(Viewer& viewer) {
  const uint64_t lost_from = viewer.cursor;
  if (policy_.on_lag == LagPolicy::ask) {
    viewer.cursor = ring_.head();
    viewer.asked = true;
    if (viewer.blocked || (viewer.rest->own && viewer.rest->own->prefix_waits()))
      viewer.rest->tell_lost_from = lost_from;
    else
      ask(viewer, lost_from);
  } else {
    const auto join_point = ring_.newest_join_point();
    if (join_point && *join_point > viewer.cursor) {
      join_at(viewer, *join_point);
    } else {
      viewer.cursor = ring_.head();
      viewer.waiting = true;
    }
  }
  ++stats_.skips;
  stats_.slabs_skipped += viewer.cursor - lost_from;
}

void RingViewers::ask(Viewer& viewer, uint64_t lost_from) {
  notices_.push_back({id_of(viewer), &viewer.rest->listener, std::nullopt, lost_from});
}

void RingViewers::ask_if_due(Viewer& viewer) {
  if (const auto lost_from = std::exchange(viewer.rest->tell_lost_from, std::nullopt))
    ask(viewer, *lost_from);
}

void RingViewers::check_lag(Viewer& viewer) {
  if (viewer.ended || viewer.waiting || viewer.asked) return;
  const Microseconds lag = ring_.lag(viewer.cursor, viewer.rest->socket.unsent_bytes());
  if (lag > policy_.lag_max + Microseconds(viewer.rest->allowance_us)) fall_behind(viewer);
}

void RingViewers::end_stalled() {
  const int64_t now_us = clock_.monotonic().since_start.count();
  for (Viewer& viewer : viewers_) {
    if (viewer.ended || !viewer.blocked) continue;
    if (Microseconds(now_us - viewer.rest->blocked_since_us) > policy_.stall_max)
      finish(viewer, SeatEnd::stalled);
  }
}

// Writing.

void RingViewers::write(ViewerId id, uint64_t to) {
  if (Viewer* viewer = find(id)) write(*viewer, to);
}

void RingViewers::writable(ViewerId id, uint64_t to) {
  Viewer* viewer = find(id);
  if (viewer == nullptr) return;
  viewer->blocked = false;
  write(*viewer, to);
}

bool RingViewers::slice(uint64_t to, size_t sends) {
  const uint64_t sends_max = stats_.sends + sends;
  while (next_ < viewers_.size() && stats_.sends < sends_max) {
    fetch_ahead();
    Viewer& viewer = viewers_[next_++];
    write(viewer, to);
    if (look_ == Look::at_lag) check_lag(viewer);
  }
  count_latency();
  return next_ < viewers_.size();
}

// Between two sends the kernel has used the whole cache. Where the descriptor is not enough, a send needs a
// chain (viewer, rest, socket, what that holds), so each link is fetched one send before it is followed.
void RingViewers::fetch_ahead() const {
  const size_t left = viewers_.size() - next_;
  if (left > 4) __builtin_prefetch(&viewers_[next_ + 4]);
  if (left > 3 && viewers_[next_ + 3].descriptor < 0) __builtin_prefetch(viewers_[next_ + 3].rest.get());
  if (left > 2 && viewers_[next_ + 2].descriptor < 0) __builtin_prefetch(&viewers_[next_ + 2].rest->socket);
  if (left > 1 && viewers_[next_ + 1].descriptor < 0) viewers_[next_ + 1].rest->socket.prefetch();
}

void RingViewers::write(Viewer& viewer, uint64_t to) {
  if (viewer.ended) return;
  if (!viewer.waiting && !viewer.asked && viewer.cursor < ring_.first()) fall_behind(viewer);
  if (viewer.waiting) take_join_point(viewer);
  if (viewer.blocked) return;
  if (!viewer.at_edge || !write_shared(viewer, to)) write_own(viewer, to);
  if (ending_) finish_if_done(viewer);
}

// The way of everyone at the live edge: one list for all who have the same cursor. False when there is
// more to do than that.
bool RingViewers::write_shared(Viewer& viewer, uint64_t to) {
  if (viewer.begun || viewer.waiting || viewer.asked) return false;
  if (viewer.cursor >= to) return true;
  if (viewer.cursor != shared_from_ || to != shared_wanted_ || shared_from_ < ring_.first()) {
    count_latency();
    shared_.clear();
    shared_from_ = viewer.cursor;
    shared_wanted_ = to;
    shared_to_ = shared_.add(ring_, shared_from_, to);
    if (viewers_.size() >= kViewersToJoin) shared_.join();
  }
  const auto taken = give(viewer, shared_);
  if (!taken) return true;
  if (*taken < shared_.bytes()) {
    settle_slabs(viewer, *taken);
    block(viewer);
    return true;
  }
  ++shared_done_;
  viewer.cursor = shared_to_;
  return shared_to_ == to;
}

void RingViewers::write_own(Viewer& viewer, uint64_t to) {
  viewer.at_edge = false;
  const bool complete = gather_own(viewer, to);
  if (!own_.empty()) {
    const auto taken = give(viewer, own_);
    if (!taken) return;
    settle(viewer, *taken);
    // What is left waits for the socket also when it would have taken more: others get their turn.
    if (*taken < own_.bytes() || !complete) {
      block(viewer);
      return;
    }
  }
  ask_if_due(viewer);
  if (viewer.waiting || viewer.asked) return;
  viewer.at_edge = true;
  viewer.rest->allowance_us = 0;
}

// Fills own_ with what the viewer is to get, in order; false when not all of it fits.
bool RingViewers::gather_own(const Viewer& viewer, uint64_t to) {
  own_.clear();
  const Rest& rest = *viewer.rest;
  if (rest.partial) own_.add(*rest.partial, rest.partial_sent);
  if (rest.own) {
    for (size_t at = rest.own->prefix_sent; at < rest.own->prefix.size(); ++at) {
      if (!own_.add(*rest.own->prefix[at])) return false;
    }
    if (!own_.add(rest.own->lane)) return false;
  }
  if (viewer.waiting || viewer.asked || viewer.cursor >= to) return true;
  return own_.add(ring_, viewer.cursor, to) == to;
}

std::optional<size_t> RingViewers::give(Viewer& viewer, const GatherList& list) {
  ++stats_.sends;
  const auto taken = viewer.descriptor >= 0 ? TcpSocket::send_plain(viewer.descriptor, list.pieces())
                     : &list == &shared_    ? viewer.rest->socket.send_shared(list.pieces(), list.name())
                                            : viewer.rest->socket.send(list.pieces());
  if (!taken) {
    finish(viewer, SeatEnd::peer_gone);
    return std::nullopt;
  }
  stats_.bytes += *taken;
  return *taken;
}

// Takes `taken` bytes off what gather_own() listed, in the same order.
void RingViewers::settle(Viewer& viewer, size_t taken) {
  Rest& rest = *viewer.rest;
  if (rest.partial) {
    const size_t left = rest.partial->size() - rest.partial_sent;
    if (taken < left) {
      rest.partial_sent += taken;
      return;
    }
    taken -= left;
    rest.partial.reset();
  }
  taken = settle_private(viewer, taken);
  settle_slabs(viewer, taken);
  viewer.begun = rest.partial || rest.own;
}

// Returns what is left of `taken` for the slabs of the ring.
size_t RingViewers::settle_private(Viewer& viewer, size_t taken) {
  Rest& rest = *viewer.rest;
  if (!rest.own) return taken;
  Private& own = *rest.own;
  while (own.prefix_sent < own.prefix.size()) {
    if (taken == 0) return 0;
    SlabPtr& slab = own.prefix[own.prefix_sent++];
    if (taken < slab->size()) {
      rest.partial = std::move(slab);
      rest.partial_sent = taken;
      return 0;
    }
    taken -= slab->size();
  }
  if (taken < own.lane.size()) {
    if (taken == 0) return 0;
    rest.partial = std::make_shared<const Slab>(std::make_shared<const std::vector<uint8_t>>(
        own.lane.begin() + static_cast<ptrdiff_t>(taken), own.lane.end()));
    rest.partial_sent = 0;
    taken = own.lane.size();
  }
  taken -= own.lane.size();
  rest.own.reset();
  return taken;
}

void RingViewers::settle_slabs(Viewer& viewer, size_t taken) {
  while (taken > 0) {
    const SlabPtr& slab = ring_.at(viewer.cursor++);
    if (taken < slab->size()) {
      viewer.rest->partial = slab;
      viewer.rest->partial_sent = taken;
      viewer.begun = true;
      return;
    }
    taken -= slab->size();
  }
}

void RingViewers::block(Viewer& viewer) {
  viewer.blocked = true;
  viewer.rest->blocked_since_us = clock_.monotonic().since_start.count();
  viewer.rest->socket.when_writable(make_wake_(id_of(viewer)));
}

// The end of a seat.

void RingViewers::finish(Viewer& viewer, SeatEnd end) {
  viewer.ended = true;
  viewer.begun = false;
  viewer.rest->partial.reset();
  viewer.rest->own.reset();
  notices_.push_back({id_of(viewer), &viewer.rest->listener, end});
}

void RingViewers::finish_if_done(Viewer& viewer) {
  if (viewer.ended || viewer.begun) return;
  const bool streaming = !viewer.waiting && !viewer.asked;
  if (streaming && viewer.cursor < ring_.head()) return;
  finish(viewer, SeatEnd::feed_ended);
}

void RingViewers::end() {
  ending_ = true;
  for (Viewer& viewer : viewers_) finish_if_done(viewer);
}

std::vector<RingViewers::Notice> RingViewers::take_notices() {
  return std::exchange(notices_, {});
}

// Books the latency of the shared list for those who took all of it since the last call.
void RingViewers::count_latency() {
  if (shared_done_ == 0 || shared_from_ < ring_.first()) {
    shared_done_ = 0;
    return;
  }
  const int64_t now_us = clock_.monotonic().since_start.count();
  for (uint64_t at = shared_from_; at < shared_to_; ++at) {
    const int64_t late_us = std::max<int64_t>(0, now_us - ring_.at(at)->born_us);
    size_t bucket = 0;
    while (bucket < RingStats::kLatencyMs.size() && late_us > RingStats::kLatencyMs[bucket] * 1'000) ++bucket;
    stats_.latency[bucket] += shared_done_;
    stats_.latency_sum_us += static_cast<uint64_t>(late_us) * shared_done_;
  }
  shared_done_ = 0;
}

}  // namespace vitrine
