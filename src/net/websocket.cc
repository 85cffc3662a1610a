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
    : bytes_max_(message_max), deflate_(deflate) {
  if (!received.empty()) busy().received = std::move(received);
}

void WebSocketReceiver::set_limits(Milliseconds silence, Milliseconds message) {
  silence_max_ = silence;
  message_max_ = message;
}

WebSocketReceiver::Busy& WebSocketReceiver::busy() {
  if (!busy_) busy_ = std::make_unique<Busy>(bytes_max_, deflate_);
  return *busy_;
}

// All bytes are used: between messages nothing is kept, within one its parser.
void WebSocketReceiver::rest() {
  if (!busy_->parser.midway()) {
    busy_.reset();
    return;
  }
  busy_->received = {};
  busy_->used = 0;
  if (busy_->message_since.time_since_epoch().count() == 0) busy_->message_since = heard_at_;
}

Task<Result<WebSocketMessage>> WebSocketReceiver::receive(TcpSocket* socket) {
  for (;;) {
    auto message = next();
    if (!message) co_return message.error();
    if (*message) co_return std::move(**message);
    const auto more = read(*socket);
    if (!more) co_return more.error();
    if (*more) {
      co_await yield_core();  // one peer that never stops sending leaves room for the others
      continue;
    }
    if (silence_max_.count() > 0) {
      const Milliseconds left = time_left();
      if (left.count() <= 0) co_return out_of_time();
      socket->set_read_limit(left);
    }
    const auto waited = co_await socket->wait_readable();
    if (waited) continue;
    const bool is_late = waited.error().kind == ErrorKind::timed_out && silence_max_.count() > 0;
    co_return is_late ? out_of_time() : waited.error();
  }
}

// How long the peer may wait before it sends more.
Milliseconds WebSocketReceiver::time_left() const {
  const auto now = Steady::now();
  const auto left = [now](Steady::time_point since, Milliseconds time) {
    return std::chrono::ceil<Milliseconds>(since + time - now);
  };
  const Milliseconds silent = left(heard_at_, silence_max_);
  const bool midway = busy_ && busy_->message_since.time_since_epoch().count() != 0;
  return midway ? std::min(silent, left(busy_->message_since, message_max_)) : silent;
}

Result<void> WebSocketReceiver::check_time() {
  if (silence_max_.count() == 0 || time_left().count() > 0) return {};
  return out_of_time();
}

// Tells the peer that its time is over.
Error WebSocketReceiver::out_of_time() {
  const Error late{ErrorKind::timed_out, busy_ ? "websocket.slow" : "websocket.silent"};
  answer(websocket_close_frame(close_code_of(late), late.reason));
  return late;
}

// Control messages are done on the way.
Result<std::optional<WebSocketMessage>> WebSocketReceiver::next() {
  for (;;) {
    if (!busy_) return std::optional<WebSocketMessage>();
    Bytes left = Bytes(busy_->received).subspan(busy_->used);
    auto message = busy_->parser.next(left);
    busy_->used = busy_->received.size() - left.size();
    if (!message) {
      answer(websocket_close_frame(close_code_of(message.error()), message.error().reason));
      return message.error();
    }
    if (!*message) {
      rest();
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
        busy_->message_since = {};
        return message;
    }
  }
}

// A plain function, so that its buffer is on the stack and not in every connection's coroutine.
Result<bool> WebSocketReceiver::read(TcpSocket& socket) {
  std::array<uint8_t, kReadBytes> buffer;
  const auto got = socket.receive(buffer);
  if (!got) return got.error();
  if (!*got) return false;
  if (**got == 0) return Error{ErrorKind::unavailable, "tcp.closed"};
  heard_at_ = Steady::now();
  busy().received.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(**got));
  busy_->used = 0;
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
