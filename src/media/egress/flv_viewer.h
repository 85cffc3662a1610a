// One viewer of a stream by HTTP-FLV or WebSocket-FLV: a socket on a seat of the ring.
//
// Owns    the socket and the seat.
// Thread  the core that accepted the connection.
// Never   sends media itself: the ring does. Has no coroutine while it watches HTTP-FLV: thousands do, for
//         hours, and have nothing to say.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "media/access/viewer_book.h"
#include "media/hub/stream_directory.h"
#include "net/connection.h"
#include "net/websocket.h"
#include "runtime/ring.h"
#include "runtime/stop_gate.h"
#include "runtime/tcp.h"

namespace vitrine {

// A connection whose answer has begun: what follows is FLV.
struct FlvSocket {
  TcpSocket socket;
  std::unique_ptr<WebSocketReceiver> receiver;  // of a WebSocket
};
// Sends the head of the answer, or upgrades. `connection` must outlive it. Errors: those of
// Connection::upgrade_websocket(), of TcpSocket::write_all().
Task<Result<FlvSocket>> answer_flv(Connection* connection, OriginRule origins);

class FlvViewer final : public RingListener, public std::enable_shared_from_this<FlvViewer> {
 public:
  // What the kernel may hold unsent for a viewer before it says "would block": bounds memory and lag.
  static constexpr int kUnsentMax = 128 * 1024;
  // A viewer of HTTP-FLV has nothing to say.
  static constexpr size_t kChatterMax = 64 * 1024;

  // `pass` is given back when the viewer is destroyed.
  FlvViewer(Core& core, FlvSocket socket, StopGate::Pass pass);
  // Takes its seat and listens, until either side ends it; then calls `gone`, once, from the loop. Call once,
  // on a viewer that is held by a shared_ptr until `gone`.
  void begin(StreamJoin joined, std::function<void()> gone);
  // In the book for as long as it watches.
  void enter(ViewerBook& book, ViewerLine line);
  // Ends it soon.
  void close();

  void on_seat_end(SeatEnd end) override;

 private:
  void listen();
  Task<void> listen_websocket(std::shared_ptr<FlvViewer> self);

  Core& core_;
  StopGate::Pass pass_;
  TcpSocket socket_;
  std::unique_ptr<WebSocketReceiver> receiver_;
  std::unique_ptr<RingSeat> seat_;
  std::optional<ViewerBook::Entry> entry_;
  std::function<void()> gone_;  // empty once it has been told
  size_t heard_ = 0;            // bytes of chatter
};

}  // namespace vitrine
