// A WebSocket after its handshake. Receiving and sending are apart: whoever owns the socket's write side
// (a ring's seat, or a task) also sends the pongs and closes that receiving gives it.
//
//   auto upgraded = co_await connection->upgrade_websocket(rule);
//   if (!upgraded) co_return;                            // the client has been told
//   WebSocket& web = *upgraded;
//   web.receiver.set_answer([seat](Bytes frame) { seat->send_private(frame); });
//   for (;;) { const auto message = co_await web.receiver.receive(&web.socket); ... }
//
// Owns    the message under way and bytes received beyond it.
// Thread  the socket's core.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/websocket_frame.h"
#include "runtime/tcp.h"

namespace vitrine {

class WebSocketReceiver {
 public:
  // Sends a wire-ready control frame, now or soon; it is not kept beyond the call.
  using Answer = std::function<void(Bytes frame)>;

  // `received`: what came behind the handshake.
  WebSocketReceiver(size_t message_max, WebSocketDeflate deflate, std::vector<uint8_t> received);

  void set_answer(Answer answer) { answer_ = std::move(answer); }
  // How long the peer may be silent, and how long a message may take from its first byte to its last: a
  // client that sends a byte now and then holds no place. Until they are set, the socket's own limit counts.
  void set_limits(Milliseconds silence, Milliseconds message);

  // The next text or binary message; pings are answered on the way and the peer's close is echoed.
  // `socket` lives until the answer. Errors: `gone` "websocket.closed" after the peer's close; those of
  // WebSocketParser and `timed_out` "websocket.silent", "websocket.slow", after which the answer with the
  // close code is on its way; those of TcpSocket::read_some, "tcp.closed" at the connection's end.
  Task<Result<WebSocketMessage>> receive(TcpSocket* socket);
  // Why the peer said it closed; kNoStatus before that.
  uint16_t close_code() const { return close_code_; }

 private:
  Result<std::optional<WebSocketMessage>> next_data();
  Result<bool> read_more(TcpSocket& socket);
  Result<void> limit_wait(TcpSocket& socket);
  Error out_of_time(Error error);
  void answer(const std::vector<uint8_t>& frame);

  WebSocketParser parser_;
  std::vector<uint8_t> received_;
  size_t used_ = 0;
  Answer answer_;
  uint16_t close_code_ = websocket_close::kNoStatus;
  Milliseconds silence_max_{0};
  Milliseconds message_max_{0};
  std::chrono::steady_clock::time_point message_since_{};  // zero: none is under way
};

struct WebSocket {
  TcpSocket socket;
  WebSocketReceiver receiver;
  WebSocketDeflate deflate = WebSocketDeflate::off;  // what may be sent to it
};

// Who may open a WebSocket from a browser: pages of the same host (over TLS only those that came so too,
// for anybody on the way can write the others), and the listed origins
// ("https://shop.example"). Programs that send no Origin may as well: they carry no cookies of others.
struct OriginRule {
  std::vector<std::string> allowed{};
};
bool origin_allowed(const OriginRule& rule, std::string_view origin, std::string_view host, bool secure);

// Sec-WebSocket-Accept of a key (RFC 6455, 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace vitrine
