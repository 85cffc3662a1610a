// A connection taken over from HTTP after the checks of its route: for WebSockets and endless bodies
// (HTTP-FLV).
//
// Owns    the socket and what had already arrived behind the request; closes it when destroyed.
// Thread  the core that accepted it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/http.h"
#include "net/websocket.h"
#include "runtime/tcp.h"

namespace vitrine {

class Connection {
 public:
  // `core` and `clock` outlive it.
  Connection(Core& core, const Clock& clock, TcpSocket socket, std::vector<uint8_t> received,
             std::shared_ptr<const HttpRequest> request);

  Core& core() const { return core_; }
  const HttpRequest& request() const { return *request_; }
  // Whether the client asks for a WebSocket (Upgrade: websocket).
  bool wants_websocket() const;

  // A whole answer, after which the connection is closed: refusals.
  Task<Result<void>> respond(HttpResponse response);
  // The head of an answer whose body ends with the connection. `response.body` is not sent.
  Task<Result<void>> write_response_head(HttpResponse response);

  // Answers the handshake (RFC 6455, 4.2) and hands the socket over. Refusals have been answered when
  // the Error arrives: `invalid_input` "websocket.handshake", `unsupported` "websocket.version",
  // `forbidden` "websocket.origin".
  // With `deflate` on, a client that offers permessage-deflate gets it (WebSocket::deflate says so).
  Task<Result<WebSocket>> upgrade_websocket(OriginRule rule, size_t message_max = 64 * 1024,
                                            WebSocketDeflate deflate = WebSocketDeflate::off);

  // The socket, for whoever writes the body from now on.
  TcpSocket release() { return std::move(socket_); }
  // Bytes that came after the request.
  std::vector<uint8_t> take_received() { return std::move(received_); }

 private:
  Result<void> check_handshake(const OriginRule& rule) const;

  Core& core_;
  const Clock& clock_;
  TcpSocket socket_;
  std::vector<uint8_t> received_;
  std::shared_ptr<const HttpRequest> request_;
};

}  // namespace vitrine
