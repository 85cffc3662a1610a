#include "net/websocket.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/hex.h"
#include "net/http.h"

namespace vitrine {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr std::string_view kAcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

}  // namespace

WebSocketReceiver::WebSocketReceiver(size_t message_max, WebSocketDeflate deflate,
                                     std::vector<uint8_t> received)
    : parser_(message_max, deflate), received_(std::move(received)) {}

void WebSocketReceiver::set_limits(Milliseconds silence, Milliseconds message) {
  silence_max_ = silence;
  message_max_ = message;
}

Task<Result<WebSocketMessage>> WebSocketReceiver::receive(TcpSocket* socket) {
  for (;;) {
    auto message = next_data();
    if (!message) co_return message.error();
    if (*message) {
      message_since_ = {};
      co_return std::move(**message);
    }
    const auto more = read_more(*socket);
    if (!more) co_return more.error();
    if (*more) {
      co_await yield_core();  // one peer that never stops sending leaves room for the others
      continue;
    }
    if (const auto timely = limit_wait(*socket); !timely) co_return out_of_time(timely.error());
    if (const auto waited = co_await socket->wait_readable(); !waited) co_return out_of_time(waited.error());
  }
}

// Before a wait: how long it may last.
Result<void> WebSocketReceiver::limit_wait(TcpSocket& socket) {
  if (silence_max_.count() == 0) return {};
  if (!parser_.midway()) {
    message_since_ = {};
    socket.set_read_limit(silence_max_);
    return {};
  }
  const auto now = std::chrono::steady_clock::now();
  if (message_since_.time_since_epoch().count() == 0) message_since_ = now;
  const auto left = std::chrono::duration_cast<Milliseconds>(message_since_ + message_max_ - now);
  if (left.count() <= 0) return Error{ErrorKind::timed_out, "websocket.slow"};
  socket.set_read_limit(std::min(left, silence_max_));
  return {};
}

// Tells the peer that its time is over.
Error WebSocketReceiver::out_of_time(Error error) {
  if (error.kind != ErrorKind::timed_out || silence_max_.count() == 0) return error;
  const Error late{ErrorKind::timed_out, parser_.midway() ? "websocket.slow" : "websocket.silent"};
  answer(websocket_close_frame(close_code_of(late), late.reason));
  return late;
}

// The next data message among what was received, control messages done on the way.
Result<std::optional<WebSocketMessage>> WebSocketReceiver::next_data() {
  for (;;) {
    Bytes rest = Bytes(received_).subspan(used_);
    auto message = parser_.next(rest);
    used_ = received_.size() - rest.size();
    if (!message) {
      answer(websocket_close_frame(close_code_of(message.error()), message.error().reason));
      return message.error();
    }
    if (!*message) {
      received_ = {};  // a silent connection keeps no buffer
      used_ = 0;
      return std::optional<WebSocketMessage>();
    }
    switch ((*message)->kind) {
      case WebSocketOpcode::ping:
        answer(websocket_frame(WebSocketOpcode::pong, as_bytes((*message)->payload)));
        break;
      case WebSocketOpcode::pong:
        break;
      case WebSocketOpcode::close:
        close_code_ = (*message)->close_code;
        answer(websocket_close_frame(close_code_, {}));
        return Error{ErrorKind::gone, "websocket.closed"};
      default:
        return message;
    }
  }
}

// A plain function, so that its buffer is on the stack and not in every connection's coroutine.
Result<bool> WebSocketReceiver::read_more(TcpSocket& socket) {
  std::array<uint8_t, kReadBytes> buffer;
  const auto got = socket.receive(buffer);
  if (!got) return got.error();
  if (!*got) return false;
  if (**got == 0) return Error{ErrorKind::unavailable, "tcp.closed"};
  received_.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(**got));
  used_ = 0;
  return true;
}

void WebSocketReceiver::answer(const std::vector<uint8_t>& frame) {
  if (answer_) answer_(frame);
}

bool origin_allowed(const OriginRule& rule, std::string_view origin, std::string_view host, bool secure) {
  if (origin.empty()) return true;
  for (const std::string& one : rule.allowed) {
    if (equal_ignoring_case(one, origin)) return true;
  }
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos || host.empty()) return false;
  if (secure && !equal_ignoring_case(origin.substr(0, scheme), "https")) return false;
  return equal_ignoring_case(origin.substr(scheme + 3), host);
}

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + std::string(kAcceptSuffix);
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(as_bytes(text).data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return to_base64(digest);
}

}  // namespace vitrine
