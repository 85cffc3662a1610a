// One RTMP connection: reads the socket, asks the gate, turns messages into frames for the sink.
//
//   accepted --5 s--> handshaken --10 s--> publish asked --gate--> seated --10 s--> first frame --> ...
//                                              | refused                              | silence,
//                                              v                                      v end, error
//                                        onStatus error, close                  seat left, close
//
// Owns    the socket, the session and, while seated, the FrameSink.
// Thread  the core that accepted the socket.
// Never   decides who may publish, or writes a key to the log.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "media/ingest/failed_tries.h"
#include "media/ingest/publish_gate.h"
#include "media/ingest/publisher_meter.h"
#include "media/ingest/rtmp_frames.h"
#include "media/protocol/rtmp_session.h"
#include "runtime/deadline.h"
#include "runtime/tcp.h"

namespace vitrine {

// How long each step may take before the connection is closed (reliability.md 2.4).
struct RtmpTimes {
  Milliseconds handshake{5'000};
  Milliseconds publish{10'000};      // from handshake (or the last stream's end) to `publish`
  Milliseconds first_frame{10'000};  // from Publish.Start to the first frame
  Milliseconds silence{10'000};      // without a frame: the publisher is lost
};

class RtmpPublisher {
 public:
  // All references must outlive run().
  struct Uses {
    PublishGate& gate;
    FailedTries& tries;
    const Clock& clock;
    Random& random;
    RtmpTimes times;
  };
  RtmpPublisher(Core& core, TcpSocket socket, Uses uses);

  // Until the connection ends. Call once; the publisher must outlive it.
  Task<void> run();
  // Ends run() soon.
  void close() { socket_.close(); }
  const std::string& address() const { return address_; }
  bool admitted() const { return sink_ != nullptr; }

 private:
  Task<Result<void>> take_bytes(Bytes in);
  Task<Result<void>> take_event(RtmpEvent event);
  Task<Result<void>> take_publish(RtmpPublishAsked asked);
  Task<Result<void>> refuse(Error why);
  Result<void> take_media(RtmpMedia media);
  void leave(PublishEnd why);
  Task<Result<void>> flush();
  Task<void> linger();

  Uses uses_;
  TcpSocket socket_;
  std::string address_;
  RtmpSession session_;
  Deadline deadline_;
  bool handshaken_ = false;
  bool overdue_ = false;
  // While seated.
  std::string stream_;
  std::unique_ptr<FrameSink> sink_;
  std::optional<RtmpFrames> frames_;
  PublisherMeter meter_;
  MonotonicTime reported_;
  int64_t dropped_ = 0;  // messages that made no frame because something was wrong with them
};

}  // namespace vitrine
