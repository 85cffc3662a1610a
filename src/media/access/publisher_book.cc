#include "media/access/publisher_book.h"

#include <algorithm>
#include <utility>

namespace vitrine {

struct PublisherBook::Seat {
  explicit Seat(Publish p) : publish(std::move(p)) {}
  Publish publish;  // key_ends only inside seats_.with()
  std::atomic<PublishStop> stop{PublishStop::none};
};

class PublisherBook::Sink final : public FrameSink {
 public:
  Sink(PublisherBook& book, std::unique_ptr<FrameSink> inner, std::shared_ptr<Seat> seat)
      : book_(book), inner_(std::move(inner)), seat_(std::move(seat)) {}
  ~Sink() override { leave(PublishStop::lost); }

  Result<void> take(Frame frame) override {
    if (seat_->stop.load(std::memory_order_relaxed) != PublishStop::none)
      return Error{ErrorKind::gone, kPublishEnded};
    auto taken = inner_->take(std::move(frame));
    if (!taken && taken.error().kind == ErrorKind::gone) mark(PublishStop::taken_over);
    return taken;
  }
  Milliseconds beat() const override { return inner_->beat(); }
  void report(const PublisherStats& stats) override { inner_->report(stats); }
  void end(PublishEnd why) override {
    inner_->end(why);
    leave(why == PublishEnd::finished ? PublishStop::finished : PublishStop::lost);
  }

 private:
  // The first reason is the true one.
  void mark(PublishStop why) {
    PublishStop none = PublishStop::none;
    seat_->stop.compare_exchange_strong(none, why);
  }
  void leave(PublishStop why) {
    if (std::exchange(left_, true)) return;
    mark(why);
    book_.seats_.with([&](auto& seats) { seats.remove(seat_); });
    if (book_.listener_) book_.listener_(seat_->publish, seat_->stop.load());
  }

  PublisherBook& book_;
  std::unique_ptr<FrameSink> inner_;
  std::shared_ptr<Seat> seat_;
  bool left_ = false;
};

PublisherBook::PublisherBook() = default;
PublisherBook::~PublisherBook() = default;

void PublisherBook::on_change(Listener listener) {
  listener_ = std::move(listener);
}

std::unique_ptr<FrameSink> PublisherBook::enter(std::unique_ptr<FrameSink> sink, Publish publish) {
  auto seat = std::make_shared<Seat>(std::move(publish));
  seats_.with([&](auto& seats) { seats.push_back(seat); });
  if (listener_) listener_(seat->publish, PublishStop::none);
  return std::make_unique<Sink>(*this, std::move(sink), std::move(seat));
}

template <class Which>
EndedPublishes PublisherBook::end_where(PublishStop why, Which which) {
  return seats_.with([&](auto& seats) {
    EndedPublishes ended;
    for (const auto& seat : seats) {
      PublishStop none = PublishStop::none;
      if (!which(seat->publish) || !seat->stop.compare_exchange_strong(none, why)) continue;
      ++ended.count;
      if (seat->publish.pull) ended.pulls.push_back(seat->publish.pull);
    }
    return ended;
  });
}

EndedPublishes PublisherBook::end_stream(const std::string& stream) {
  return end_where(PublishStop::kicked, [&](const Publish& publish) { return publish.stream == stream; });
}

int PublisherBook::end_key(KeyId key) {
  const auto which = [&](const Publish& publish) { return !publish.pull && publish.key == key; };
  return end_where(PublishStop::key_revoked, which).count;
}

int PublisherBook::end_pull(PullId pull) {
  const auto which = [&](const Publish& publish) { return publish.pull == pull; };
  return end_where(PublishStop::pull_ended, which).count;
}

int PublisherBook::end_expired(WallTime now) {
  const auto which = [&](const Publish& publish) { return publish.key_ends && *publish.key_ends <= now; };
  return end_where(PublishStop::key_expired, which).count;
}

void PublisherBook::set_key_end(KeyId key, std::optional<WallTime> ends) {
  seats_.with([&](auto& seats) {
    for (const auto& seat : seats) {
      if (seat->publish.key == key) seat->publish.key_ends = ends;
    }
  });
}

std::optional<PullId> PublisherBook::pull_of(const std::string& stream) const {
  return seats_.with([&](const auto& seats) -> std::optional<PullId> {
    for (const auto& seat : seats) {
      if (seat->publish.stream == stream && seat->publish.pull) return seat->publish.pull;
    }
    return std::nullopt;
  });
}

bool PublisherBook::uses(KeyId key) const {
  return seats_.with([&](const auto& seats) {
    return std::any_of(seats.begin(), seats.end(),
                       [&](const auto& seat) { return seat->publish.key == key; });
  });
}

}  // namespace vitrine
