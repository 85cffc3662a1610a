#include "runtime/ring_replica.h"

#include <time.h>

#include <algorithm>
#include <utility>

namespace vitrine {
namespace {

Microseconds thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return Microseconds(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

FeedReplica::FeedReplica(Core& core, const Clock& clock, const FeedOptions& options,
                         std::shared_ptr<FlushPacer> pacer)
    : home_(core),
      clock_(clock),
      policy_(options.policy),
      pacer_(options.policy.flush_automatic ? std::move(pacer) : nullptr),
      ring_(options.limits),
      viewers_(ring_, clock, options.policy, [this](ViewerId id) { return wake_of(id); }),
      flush_timer_(core.io()),
      look_timer_(core.io()) {}

FeedReplica::~FeedReplica() {
  if (pacer_ != nullptr && looking_) pacer_->leave(demand_);
}

Milliseconds FeedReplica::flush_interval() const {
  return pacer_ != nullptr ? pacer_->interval() : policy_.flush_interval;
}

void FeedReplica::append(uint64_t sequence, SlabPtr slab) {
  home_.check_here();
  if (ring_.head() != sequence) ring_.restart_at(sequence);
  const bool first_waiting = ring_.head() <= flushed_ || ring_.empty();
  if (first_waiting) waiting_since_ = clock_.monotonic();
  if (slab->leads) {
    lead_waiting_ = true;
    ++leads_;
  }
  bytes_ += slab->size();
  ring_.append(std::move(slab));
  plan();
}

void FeedReplica::end() {
  home_.check_here();
  ending_ = true;
  viewers_.end();
  begin_flush();
}

// When to flush: for a leading slab as soon as the schedule allows; what rides along waits for one, but not
// for ever (a picture may stand still while somebody speaks). On a beat either way: the timers of a thousand
// feeds run out together then.
void FeedReplica::plan() {
  if (flushing_ || viewers_.count() == 0) return;
  if (policy_.flush == FlushMode::sweep) {
    begin_flush();
    return;
  }
  if (flushed_ == ring_.head()) return;
  const Milliseconds interval = flush_interval();
  const MonotonicTime due =
      lead_waiting_ ? schedule_.next()
                    : FlushSchedule::on_beat(
                          waiting_since_ + std::max<Milliseconds>(interval, kAudioPatience), interval);
  if (due <= clock_.monotonic())
    begin_flush();
  else
    arm(due);
}

void FeedReplica::arm(MonotonicTime due) {
  if (timer_armed_ && timer_due_ <= due) return;
  timer_armed_ = true;
  timer_due_ = due;
  flush_timer_.expires_after(due - clock_.monotonic());
  flush_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    self->timer_armed_ = false;
    self->plan();
  });
}

void FeedReplica::begin_flush() {
  if (flushing_) return;
  flushing_ = true;
  lead_waiting_ = false;
  home_.core().post([self = shared_from_this()] {
    self->flushed_ = self->ring_.head();
    self->schedule_.flushed(self->clock_.monotonic(), self->flush_interval());
    self->lead_waiting_ = false;
    self->viewers_.begin_pass(std::exchange(self->look_, RingViewers::Look::away));
    self->slice();
  });
}

void FeedReplica::slice() {
  const RingStats& stats = viewers_.stats();
  const uint64_t sends = stats.sends;
  const uint64_t bytes = stats.bytes;
  const Microseconds began = pacer_ != nullptr ? thread_cpu() : Microseconds(0);
  const bool more = viewers_.slice(target(), kSliceSends);
  if (pacer_ != nullptr) pacer_->learn(stats.sends - sends, stats.bytes - bytes, thread_cpu() - began);
  after_sending();
  if (more) {
    home_.core().post([self = shared_from_this()] { self->slice(); });
    return;
  }
  flushing_ = false;
  // In a sweep, those visited early in the pass lack what has come since.
  if (policy_.flush == FlushMode::interval || flushed_ != ring_.head()) plan();
}

ViewerId FeedReplica::add(RingSocket& socket, RingListener& listener, SeatStart start) {
  home_.check_here();
  if (viewers_.count() == 0 && !flushing_) flushed_ = ring_.head();
  const ViewerId seat = viewers_.add(socket, listener, std::move(start));
  if (ending_) viewers_.end();
  write_soon(seat);
  if (!looking_) {
    looking_ = true;
    measured_at_ = clock_.monotonic();
    if (pacer_ != nullptr) pacer_->enter(demand_);
    look();
  }
  return seat;
}

std::function<void()> FeedReplica::wake_of(ViewerId id) {
  return [weak = weak_from_this(), id] {
    const auto self = weak.lock();
    if (!self) return;
    self->viewers_.writable(id, self->target());
    self->after_sending();
  };
}

void FeedReplica::remove(ViewerId id) {
  viewers_.remove(id);
}

Result<void> FeedReplica::send_private(ViewerId id, Bytes messages) {
  home_.check_here();
  auto added = viewers_.send_private(id, messages);
  if (added) write_soon(id);
  return added;
}

void FeedReplica::resume(ViewerId id, SeatStart start) {
  home_.check_here();
  viewers_.resume(id, std::move(start));
  write_soon(id);
}

// In its own turn, so that several private messages of one turn leave together.
void FeedReplica::write_soon(ViewerId id) {
  home_.core().post([self = shared_from_this(), id] {
    self->viewers_.write(id, self->target());
    self->after_sending();
  });
}

void FeedReplica::after_sending() {
  auto notices = viewers_.take_notices();
  if (!notices.empty()) tell(std::move(notices));
}

void FeedReplica::tell(std::vector<RingViewers::Notice> notices) {
  home_.core().post([self = shared_from_this(), notices = std::move(notices)] {
    for (const auto& notice : notices) {
      if (!self->viewers_.seated(notice.id)) continue;
      if (notice.end)
        notice.listener->on_seat_end(*notice.end);
      else
        notice.listener->on_lagged(notice.lost_from);
    }
  });
}

// Once a second. Lag is looked for in the next flush: without new slabs nobody falls further behind.
void FeedReplica::look() {
  look_timer_.expires_after(kLookInterval);
  look_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    self->measure(self->clock_.monotonic());
    self->look_ = RingViewers::Look::at_lag;
    self->viewers_.end_stalled();
    self->after_sending();
    self->look();
  });
}

void FeedReplica::measure(MonotonicTime now) {
  if (pacer_ == nullptr) return;
  const auto seconds = std::chrono::duration<double>(now - measured_at_).count();
  if (seconds < 0.5) return;
  demand_ = {static_cast<double>(viewers_.count()), static_cast<double>(leads_) / seconds,
             static_cast<double>(bytes_) / seconds};
  measured_at_ = now;
  leads_ = 0;
  bytes_ = 0;
  pacer_->choose(now);
}

}  // namespace vitrine
