#include "media/hub/stream_sink.h"

namespace vitrine {

StreamSink::StreamSink(Core& home, std::weak_ptr<Stream> stream, std::shared_ptr<SeatLink> link)
    : home_(home), stream_(std::move(stream)), link_(std::move(link)) {}

StreamSink::~StreamSink() {
  end(PublishEnd::lost);
}

// At once when the publisher is on the stream's own core.
template <class F>
void StreamSink::on_stream(F work) {
  if (home_.here()) {
    if (const auto stream = stream_.lock()) work(*stream);
    return;
  }
  home_.post([weak = stream_, work = std::move(work)]() mutable {
    if (const auto stream = weak.lock()) work(*stream);
  });
}

Result<void> StreamSink::take(Frame frame) {
  if (link_->gone) return Error{ErrorKind::gone, "publish.taken_over"};
  if (link_->on_the_way.load(std::memory_order_relaxed) >= kFramesMax)
    return Error{ErrorKind::exhausted, "publish.behind"};
  link_->on_the_way.fetch_add(1, std::memory_order_relaxed);
  on_stream([link = link_, frame = std::move(frame)](Stream& stream) mutable {
    link->on_the_way.fetch_sub(1, std::memory_order_relaxed);
    stream.take(link->ticket, std::move(frame));
  });
  return {};
}

void StreamSink::report(const PublisherStats& stats) {
  on_stream([link = link_, stats](Stream& stream) { stream.report(link->ticket, stats); });
}

void StreamSink::end(PublishEnd why) {
  if (ended_) return;
  ended_ = true;
  on_stream([link = link_, why](Stream& stream) { stream.leave(link->ticket, why); });
}

}  // namespace vitrine
