// A WebSocket after its handshake. Receiving and sending are apart: whoever owns the socket's write side
// (a ring's seat, or a task) also sends the pongs and closes that receiving gives it.
//
//   auto upgraded = co_await connection->upgrade_websocket(rule);
//   if (!upgraded) co_return;                            // the client has been told
//   WebSocket& web = *upgraded;
//   web.receiver.set_answer([seat](Bytes frame) { seat->send_private(frame); });
//   for (;;) { const auto message = co_await web.receiver.receive(&web.socket); ... }
//
// Who has thousands that are silent waits by TcpSocket::when_readable() instead, without a coroutine: next()
// until it has nothing, then read(), until that has nothing either; and check_time() now and then.
//
// Owns    the message under way and bytes received beyond it, and neither of them in between.
// Thread  the socket's core.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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

  // The next message among what was read; nothing: all of it is used. Errors: as receive().
  Result<std::optional<WebSocketMessage>> next();
  // Reads once, without waiting, when next() has nothing; false: nothing has arrived. Errors: those of
  // TcpSocket::receive, `unavailable` "tcp.closed" at the connection's end.
  Result<bool> read(TcpSocket& socket);
  // Errors, after which the answer with the close code is on its way: `timed_out` "websocket.silent",
  // "websocket.slow".
  Result<void> check_time();

  // Why the peer said it closed; kNoStatus before that.
  uint16_t close_code() const { return close_code_; }

 private:
  using Steady = std::chrono::steady_clock;
  // What there is only while bytes or a part of a message wait for more.
  struct Busy {
    Busy(size_t message_max, WebSocketDeflate deflate) : parser(message_max, deflate) {}
    WebSocketParser parser;
    std::vector<uint8_t> received{};
    size_t used = 0;
    Steady::time_point message_since{};  // zero: none is under way
  };

  Busy& busy();
  void rest();
  Milliseconds time_left() const;
  Error out_of_time();
  void answer(const std::vector<uint8_t>& frame);

  size_t bytes_max_;  // of a message
  WebSocketDeflate deflate_;
  uint16_t close_code_ = websocket_close::kNoStatus;
  std::unique_ptr<Busy> busy_;
  Answer answer_;
  Milliseconds silence_max_{0};
  Milliseconds message_max_{0};
  Steady::time_point heard_at_ = Steady::now();
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
