// One RTMP connection until it is known what it wants, and a publisher's to its end: reads the socket,
// asks the gate, turns messages into frames for the sink. Who wants to play is handed on.
//
//   accepted --5 s--> handshaken --10 s--> publish asked --gate--> seated --10 s--> first frame --> ...
//                          |                   | refused                              | silence,
//                          | play asked        v                                      v end, error
//                          v             onStatus error, close                  seat left, close
//                     handed on, whole
//
// Owns    the socket, the session and, while seated, the FrameSink.
// Thread  the core that accepted the socket.
// Never   decides who may publish, or writes a key to the log.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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

// A connection that has asked to play: all there is of it.
struct RtmpGuest {
  TcpSocket socket;
  RtmpSession session;
  RtmpPlayAsked asked;
  std::vector<uint8_t> unread;  // what had come behind the question
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

  // Until the connection ends, or wants to play: then it is the caller's. Call once; the publisher must
  // outlive it.
  Task<std::optional<RtmpGuest>> run();
  // Ends run() soon.
  void close() { socket_.close(); }
  bool closed() const { return !socket_.is_open(); }
  // The address, or the network of it that one peer may have to itself (net/client_address.h).
  const std::string& group() const { return group_; }
  bool handshaken() const { return session_.handshaken(); }
  bool admitted() const { return sink_ != nullptr; }

 private:
  Result<std::optional<RtmpEvent>> take_frames(Bytes& in);
  Task<Result<void>> take_bytes(std::vector<uint8_t> bytes, std::optional<RtmpEvent> first);
  void note_handshake();
  Task<void> finish(Result<void> how);
  Task<Result<void>> take_event(RtmpEvent event);
  Task<Result<void>> take_publish(RtmpPublishAsked asked);
  Task<Result<void>> refuse(Error why);
  Result<void> take_media(RtmpMedia media);
  void leave(PublishEnd why);
  Task<Result<void>> flush();
  Task<void> linger();

  Uses uses_;
  Core& core_;
  TcpSocket socket_;
  std::string address_;
  std::string group_;
  RtmpSession session_;
  Deadline deadline_;
  bool handshaken_ = false;
  bool overdue_ = false;
  std::optional<RtmpGuest> guest_;
  // While seated.
  std::string stream_;
  std::unique_ptr<FrameSink> sink_;
  std::optional<RtmpFrames> frames_;
  PublisherMeter meter_;
  MonotonicTime reported_;
  int64_t dropped_ = 0;  // messages that made no frame because something was wrong with them
};

}  // namespace vitrine
