#include "net/websocket.h"

#include <openssl/sha.h>

#include <array>

#include "base/hex.h"
#include "net/http.h"

namespace vitrine {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr std::string_view kAcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

}  // namespace

WebSocketReceiver::WebSocketReceiver(size_t message_max, std::vector<uint8_t> received)
    : parser_(message_max), received_(std::move(received)) {}

Task<Result<WebSocketMessage>> WebSocketReceiver::receive(TcpSocket* socket) {
  for (;;) {
    auto message = next_data();
    if (!message) co_return message.error();
    if (*message) co_return std::move(**message);
    const auto more = read_more(*socket);
    if (!more) co_return more.error();
    if (*more) {
      co_await yield_core();  // one peer that never stops sending leaves room for the others
    } else if (const auto waited = co_await socket->wait_readable(); !waited) {
      co_return waited.error();
    }
  }
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
