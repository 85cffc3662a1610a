// One viewer of a stream by RTMP: a connection on a seat of the ring, which reads along what the player
// has to say.
//
//   play asked --gate, stream--> seated --pause, closeStream, play of another--> between slabs, no seat
//        | refused                 | the stream ended                                 | pause off, play
//        v                         v                                                  v
//   farewell: onStatus, close   farewell: UnpublishNotify, close                   seated
//
// Owns    the socket, the session and, while seated, the seat.
// Thread  the core that accepted the connection.
// Never   sends media itself: the ring does. What is for this player alone goes through its private lane.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/access/play_gate.h"
#include "media/access/viewer_book.h"
#include "media/hub/stream_directory.h"
#include "media/protocol/rtmp_session.h"
#include "runtime/deadline.h"
#include "runtime/ring.h"
#include "runtime/tcp.h"

namespace vitrine {

class RtmpViewer final : public RingListener {
 public:
  // What the kernel may hold unsent for a viewer before it says "would block": bounds memory and lag.
  static constexpr int kUnsentMax = 128 * 1024;
  // A player says little: acknowledgements, pings, a command now and then. Over so many bytes in a minute
  // it is closed.
  static constexpr size_t kChatterMax = 64 * 1024;
  // How long a player may stay that has nothing playing.
  static constexpr Milliseconds kPausedMax{600'000};
  static constexpr Milliseconds kIdleMax{10'000};

  // All outlive the viewer.
  struct Uses {
    StreamDirectory& directory;
    PlayGate& gate;
    ViewerBook& book;
    const Clock& clock;
  };
  RtmpViewer(Core& core, TcpSocket socket, RtmpSession session, Uses uses);
  // Answers `asked`, then what is in `unread`, then plays until either side ends it. Call once; the viewer
  // must outlive it.
  Task<void> run(RtmpPlayAsked asked, std::vector<uint8_t> unread);
  // Ends run() soon.
  void close();

  void on_seat_end(SeatEnd end) override;

 private:
  Task<Result<void>> take_bytes(Bytes in);
  Task<Result<void>> take_event(RtmpEvent event);
  Task<Result<void>> play(RtmpPlayAsked asked);
  Task<Result<void>> take_seat();
  Task<Result<void>> leave_seat();
  Task<Result<void>> send_output();
  Result<void> ask_gate(RtmpPlayAsked asked);
  Result<void> count_chatter(size_t bytes);
  void refuse(Error why);
  void say_farewell();
  void send_farewell();

  Core& core_;
  Uses uses_;
  TcpSocket socket_;
  RtmpSession session_;
  Deadline deadline_;
  std::string stream_;
  std::optional<ViewerBook::Entry> entry_;  // from the first stream it was let in to
  std::unique_ptr<RingSeat> seat_;
  bool leaving_ = false;  // the farewell is on its way; what the player says is no longer heard
  std::vector<uint8_t> farewell_;
  size_t chatter_ = 0;  // bytes heard since chatter_since_
  MonotonicTime chatter_since_;
};

}  // namespace vitrine
