#include "media/hub/stream.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace vitrine {

Stream::Stream(std::string name, StreamUses uses, std::function<void(StreamState)> on_state)
    : home_(uses.home),
      name_(std::move(name)),
      uses_(std::move(uses)),
      on_state_(std::move(on_state)),
      cache_(uses_.limits().gop),
      grace_timer_(home_.core().io()),
      tick_timer_(home_.core().io()) {}

Stream::~Stream() = default;

// The publisher's side.

Result<std::shared_ptr<SeatLink>> Stream::claim(PublisherInfo info, SeatClaim claim) {
  home_.check_here();
  const auto ticket = seat_.claim(uses_.clock.monotonic(), claim);
  if (!ticket) return ticket.error();
  if (!ticking_) tick_later();
  if (link_) link_->gone = true;
  if (publisher_) wraps_ += publisher_->stats.time_wraps;
  link_ = std::make_shared<SeatLink>();
  link_->ticket = *ticket;
  link_->beat_ms = static_cast<int>(beat().count());
  publisher_ = std::move(info);
  publisher_->since = uses_.clock.wall();
  line_.restart();
  hold_.restart();
  log_info("media.publish_started",
           {{"stream", name_}, {"address", publisher_->address}, {"encoder", publisher_->encoder}});
  return link_;
}

bool Stream::take(PublisherSeat::Ticket ticket, Frame frame) {
  home_.check_here();
  if (!seat_.touch(ticket, uses_.clock.monotonic())) return false;
  if (!hold_.holding()) {
    place(std::move(frame));
    return true;
  }
  auto released = hold_.take(std::move(frame));
  if (released.empty()) return true;
  video_ = nullptr;
  audio_ = nullptr;
  for (const Frame& held : released) (held.kind() == FrameKind::video ? video_ : audio_) = held.track;
  if (state_ == StreamState::idle) {
    // Above every epoch before it, in this process and the ones before.
    epoch_ = std::max(epoch_ + 1, uses_.clock.wall().ms);
    line_ = MediaLine();
    cache_ = GopCache(uses_.limits().gop);
    pulse_->epoch = epoch_;
  }
  grace_timer_.cancel();
  for (Frame& held : released) place(std::move(held));
  enter(StreamState::live);
  return true;
}

void Stream::place(Frame frame) {
  const auto placed = line_.place(frame.kind(), frame.dts, frame.pts, frame.ingested);
  frame.dts = placed.dts;
  frame.pts = placed.pts;
  (frame.kind() == FrameKind::video ? video_ : audio_) = frame.track;
  const StreamFrame on_line{std::make_shared<const Frame>(std::move(frame)), epoch_, video_, audio_,
                            placed.anew};
  cache_.add(on_line);
  for (auto& [format, feed] : feeds_) feed->write(on_line);
  pulse_->newest_pts.store(line_.newest_pts(), std::memory_order_relaxed);
}

void Stream::report(PublisherSeat::Ticket ticket, const PublisherStats& stats) {
  home_.check_here();
  if (link_ && link_->ticket == ticket && publisher_) publisher_->stats = stats;
}

void Stream::leave(PublisherSeat::Ticket ticket, PublishEnd why) {
  home_.check_here();
  if (!link_ || link_->ticket != ticket) return;
  seat_.leave(ticket);
  link_.reset();
  wraps_ += publisher_->stats.time_wraps;
  publisher_.reset();
  log_info("media.publish_ended",
           {{"stream", name_}, {"why", why == PublishEnd::finished ? "finished" : "lost"}});
  if (state_ != StreamState::live) return;
  enter(StreamState::lost);
  begin_grace();
}

void Stream::begin_grace() {
  grace_timer_.expires_after(uses_.limits().grace);
  grace_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self || self->state_ != StreamState::lost) return;
    // A timer that fired just before it was set anew still comes here without an error.
    if (self->grace_timer_.expiry() <= std::chrono::steady_clock::now()) self->end();
  });
}

void Stream::end() {
  home_.check_here();
  grace_timer_.cancel();
  for (auto& [format, feed] : feeds_) {
    past_[format] += feed->stats();
    past_[format].viewers = 0;
    feed->end();
  }
  feeds_.clear();
  cache_.clear();
  enter(StreamState::idle);
}

void Stream::enter(StreamState state) {
  if (state_ == state) return;
  state_ = state;
  pulse_->state = state;
  on_state_(state);
}

// The viewers' side.

Result<StreamFeed*> Stream::feed(WireFormat format) {
  home_.check_here();
  if (!live()) return Error{ErrorKind::not_found, "media.not_live"};
  auto& feed = feeds_[format];
  if (!feed) {
    auto ring =
        std::make_unique<Feed>(uses_.cores, home_.core(), uses_.clock, uses_.feed_options(), &uses_.pacers);
    feed = std::make_unique<StreamFeed>(uses_.make_writer(format), std::move(ring), cache_);
  }
  return feed.get();
}

// All publishers of a core are read in one turn, and what they brought is flushed in the same one.
Milliseconds Stream::beat() const {
  const RingPolicy policy = uses_.feed_options().policy;
  const Milliseconds interval =
      policy.flush_automatic ? uses_.pacers.at(home_.core())->interval() : policy.flush_interval;
  return flush_beat(interval);
}

void Stream::tick_later() {
  ticking_ = true;
  tick_timer_.expires_after(kTickInterval);
  tick_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    self->drop_idle_feeds();
    if (self->link_) self->link_->beat_ms = static_cast<int>(self->beat().count());
    self->pulse_->viewers = self->view().sent().viewers;
    self->tick_later();
  });
}

void Stream::drop_idle_feeds() {
  const MonotonicTime now = uses_.clock.monotonic();
  const Microseconds idle_max = uses_.limits().feed_idle;
  for (auto feed = feeds_.begin(); feed != feeds_.end();) {
    if (feed->second->idle(now) < idle_max) {
      ++feed;
      continue;
    }
    RingStats& past = past_[feed->first];
    past += feed->second->stats();
    past.viewers = 0;
    feed = feeds_.erase(feed);
  }
}

std::map<WireFormat, RingStats> Stream::sent_by() {
  std::map<WireFormat, RingStats> out = past_;
  for (auto& [format, feed] : feeds_) out[format] += feed->stats();
  return out;
}

RingStats StreamView::sent() const {
  RingStats sum;
  for (const auto& [format, stats] : sent_by) sum += stats;
  return sum;
}

StreamView Stream::view() {
  home_.check_here();
  StreamView out;
  out.name = name_;
  out.state = state_;
  out.publisher = publisher_;
  if (state_ != StreamState::idle) out.newest = MediaTime{epoch_, line_.newest_pts()};
  out.sent_by = sent_by();
  out.repairs = line_.repairs();
  out.repairs.wraps = wraps_ + (publisher_ ? publisher_->stats.time_wraps : 0);
  return out;
}

}  // namespace vitrine
