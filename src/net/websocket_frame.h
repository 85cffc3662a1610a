// RFC 6455 frames: what clients send is read with every rule checked, what the server sends is written.
// Of extensions only permessage-deflate is known (websocket_deflate.h): without it the reserved bits are
// zero.
//
// Owns    WebSocketParser: the message under way.
// Thread  one; pure.
// Never   touches a socket, or keeps more than message_max bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/byte_reader.h"

namespace vitrine {

enum class WebSocketOpcode : uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

// Close codes we use (RFC 6455, 7.4.1).
namespace websocket_close {
inline constexpr uint16_t kNormal = 1000;
inline constexpr uint16_t kGoingAway = 1001;  // draining
inline constexpr uint16_t kProtocol = 1002;
inline constexpr uint16_t kNoStatus = 1005;  // never sent: the peer's close had no code
inline constexpr uint16_t kBadText = 1007;
inline constexpr uint16_t kPolicy = 1008;
inline constexpr uint16_t kTooBig = 1009;
inline constexpr uint16_t kTryAgainLater = 1013;
}  // namespace websocket_close

// A whole message; text is valid UTF-8. For a close: its code and reason.
struct WebSocketMessage {
  WebSocketOpcode kind = WebSocketOpcode::text;  // never continuation
  std::string payload;
  uint16_t close_code = 0;
};

// Checks UTF-8 as it arrives in parts; fails at the first byte that cannot continue it.
class Utf8Stream {
 public:
  bool put(Bytes part);
  bool complete() const { return left_ == 0; }

 private:
  int left_ = 0;  // continuation bytes still to come
  uint8_t low_ = 0x80;
  uint8_t high_ = 0xBF;
};

// Whether permessage-deflate was agreed upon.
enum class WebSocketDeflate : uint8_t { off, on };

class WebSocketParser {
 public:
  // `message_max` bounds a message's payload over all its fragments, as it travels and as it is read.
  explicit WebSocketParser(size_t message_max, WebSocketDeflate deflate = WebSocketDeflate::off)
      : message_max_(message_max), deflate_(deflate) {}

  // Takes bytes off the front of `bytes` up to the end of the next message; nothing when they ran out
  // first. Control messages come out between the fragments they arrived between. Errors, after which
  // only the connection's end makes sense: `invalid_input` "websocket.protocol" (1002),
  // "websocket.text" and "websocket.deflate" (1007), `too_large` "websocket.too_large" (1009).
  Result<std::optional<WebSocketMessage>> next(Bytes& bytes);
  // Whether a message or a frame has begun and is not whole.
  bool midway() const { return head_size_ > 0 || in_payload_ || in_message_; }

 private:
  struct Frame {
    WebSocketOpcode opcode{};
    bool final = false;
    bool deflated = false;
    uint64_t left = 0;
    std::array<uint8_t, 4> mask{};
    size_t mask_at = 0;
  };

  Result<bool> read_head(Bytes& bytes);
  Result<void> begin_frame(uint64_t size);
  Result<void> take_payload(Bytes& bytes);
  Result<WebSocketMessage> finish_control();
  Result<WebSocketMessage> finish_message();

  size_t message_max_;
  WebSocketDeflate deflate_;
  std::array<uint8_t, 14> head_{};
  size_t head_size_ = 0;
  bool in_payload_ = false;
  Frame frame_;
  bool in_message_ = false;  // between a first fragment and the last
  bool deflated_ = false;    // the message under way
  WebSocketOpcode message_kind_{};
  Utf8Stream utf8_;
  std::string message_;
  std::string control_;
  bool failed_ = false;
};

// The close code that tells the peer about an Error of the parser, or of WebSocketReceiver's time limits.
uint16_t close_code_of(Error error);

// The head of an unmasked server frame that is a whole message of `payload_bytes`: slabs begin with it.
struct WebSocketHead {
  std::array<uint8_t, 10> bytes{};
  size_t size = 0;
  Bytes view() const { return {bytes.data(), size}; }
};
// `deflated`: the payload is MessageDeflater's, which RSV1 says.
WebSocketHead websocket_head(WebSocketOpcode opcode, uint64_t payload_bytes, bool deflated = false);

// A whole server frame, wire-ready.
std::vector<uint8_t> websocket_frame(WebSocketOpcode opcode, Bytes payload);
// `reason` is cut to what a control frame holds (123 bytes). kNoStatus gives an empty close.
std::vector<uint8_t> websocket_close_frame(uint16_t code, std::string_view reason);

}  // namespace vitrine
