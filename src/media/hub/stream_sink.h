// A publisher's seat as ingest holds it: passes frames to the stream's home core.
//
// Owns    the seat until end() or destruction.
// Thread  the publisher's core.
// Never   waits: over its limit frames are refused, and ingest drops them.
#pragma once

#include <memory>

#include "media/codec/frame_sink.h"
#include "media/hub/stream.h"

namespace vitrine {

class StreamSink final : public FrameSink {
 public:
  // Frames on their way to a core that does not come to take them.
  static constexpr uint32_t kFramesMax = 2'048;

  StreamSink(Core& home, std::weak_ptr<Stream> stream, std::shared_ptr<SeatLink> link);
  ~StreamSink() override;

  // Errors: `gone` "publish.taken_over"; `exhausted` "publish.behind".
  Result<void> take(Frame frame) override;
  Milliseconds beat() const override { return Milliseconds(link_->beat_ms.load(std::memory_order_relaxed)); }
  void report(const PublisherStats& stats) override;
  void end(PublishEnd why) override;

 private:
  template <class F>
  void on_stream(F work);

  Core& home_;
  std::weak_ptr<Stream> stream_;  // locked only on the home core
  std::shared_ptr<SeatLink> link_;
  bool ended_ = false;
};

}  // namespace vitrine
