// One viewer of a stream by HTTP-FLV or WebSocket-FLV: a socket on a seat of the ring.
//
// Owns    the socket and the seat.
// Thread  the core that accepted the connection.
// Never   sends media itself: the ring does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/hub/stream_directory.h"
#include "net/connection.h"
#include "net/websocket.h"
#include "runtime/ring.h"
#include "runtime/tcp.h"

namespace vitrine {

class FlvViewer final : public RingListener {
 public:
  // What the kernel may hold unsent for a viewer before it says "would block": bounds memory and lag.
  static constexpr int kUnsentMax = 128 * 1024;
  // A viewer of HTTP-FLV has nothing to say.
  static constexpr size_t kChatterMax = 64 * 1024;

  // `origins`: whose pages may open a WebSocket.
  FlvViewer(std::unique_ptr<Connection> connection, OriginRule origins);
  // Answers the request and plays until either side ends it. Call once; the viewer must outlive it.
  Task<void> run(StreamDirectory* directory, std::string stream);
  // Ends run() soon.
  void close();

  void on_seat_end(SeatEnd end) override;

 private:
  Task<bool> enter(StreamDirectory* directory, std::string stream);
  Task<Result<void>> answer();
  void begin(StreamJoin joined);
  Task<void> listen();

  std::unique_ptr<Connection> connection_;  // until the viewer is seated
  OriginRule origins_;
  bool websocket_;
  TcpSocket socket_;
  std::optional<WebSocketReceiver> receiver_;  // of a WebSocket
  std::unique_ptr<RingSeat> seat_;
};

}  // namespace vitrine
