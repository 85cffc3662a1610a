#include "net/websocket_frame.h"

#include <algorithm>

#include "base/utf8.h"
#include "net/websocket_deflate.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr size_t kControlMax = 125;
constexpr size_t kMaskBytes = 4;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kDeflated = 0x40;  // RSV1 (RFC 7692, 6)

const Error kProtocol{ErrorKind::invalid_input, "websocket.protocol"};
const Error kBadText{ErrorKind::invalid_input, "websocket.text"};
const Error kTooLarge{ErrorKind::too_large, "websocket.too_large"};

bool is_control(WebSocketOpcode opcode) {
  return (static_cast<uint8_t>(opcode) & 8) != 0;
}

bool known(uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

// Codes a peer may send (RFC 6455, 7.4, and the registry up to 1014).
bool may_be_sent(uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

// How long the head is, from its first two bytes.
size_t head_bytes(uint8_t second) {
  const uint8_t length = second & 0x7F;
  const size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80) != 0 ? kMaskBytes : 0);
}

}  // namespace

// Table 3-7 of the Unicode standard: the first continuation byte of E0, ED, F0 and F4 has a narrower
// range, which is what keeps overlong forms, surrogates and values past U+10FFFF out.
bool Utf8Stream::put(Bytes part) {
  for (const uint8_t byte : part) {
    if (left_ > 0) {
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --left_;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      left_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
      high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    }
  }
  return true;
}

Result<std::optional<WebSocketMessage>> WebSocketParser::next(Bytes& bytes) {
  if (failed_) return kProtocol;
  const auto fail = [this](Error error) {
    failed_ = true;
    return error;
  };
  for (;;) {
    if (!in_payload_) {
      const auto whole = read_head(bytes);
      if (!whole) return fail(whole.error());
      if (!*whole) return std::optional<WebSocketMessage>();
      in_payload_ = true;
    }
    if (auto taken = take_payload(bytes); !taken) return fail(taken.error());
    if (frame_.left > 0) return std::optional<WebSocketMessage>();
    in_payload_ = false;
    if (is_control(frame_.opcode)) {
      auto message = finish_control();
      if (!message) return fail(message.error());
      return std::optional(std::move(*message));
    }
    if (!frame_.final) continue;
    auto message = finish_message();
    if (!message) return fail(message.error());
    return std::optional(std::move(*message));
  }
}

// Collects the head; true once it is whole and fine.
Result<bool> WebSocketParser::read_head(Bytes& bytes) {
  size_t wanted = head_size_ < 2 ? 2 : head_bytes(head_[1]);
  while (head_size_ < wanted && !bytes.empty()) {
    head_[head_size_++] = bytes.front();
    bytes = bytes.subspan(1);
    if (head_size_ == 2) wanted = head_bytes(head_[1]);
  }
  if (head_size_ < wanted) return false;
  head_size_ = 0;
  ByteReader reader(Bytes(head_).first(wanted));
  const uint8_t first = reader.u8();
  const uint8_t second = reader.u8();
  // Reserved bits, unknown opcodes, unmasked frames (RFC 6455, 5.1 and 5.2).
  const uint8_t allowed = deflate_ == WebSocketDeflate::on ? kDeflated : 0;
  const uint8_t reserved = first & kReserved;
  if ((reserved & ~allowed) != 0 || !known(first & 0x0F) || (second & 0x80) == 0) return kProtocol;
  uint64_t size = second & 0x7F;
  if (size == 126) {
    size = reader.u16();
    if (size < 126) return kProtocol;  // "the minimal number of bytes MUST be used"
  } else if (size == 127) {
    size = reader.u64();
    if (size <= 0xFFFF || size >> 63 != 0) return kProtocol;
  }
  frame_ = {.opcode = static_cast<WebSocketOpcode>(first & 0x0F),
            .final = (first & 0x80) != 0,
            .deflated = reserved != 0,
            .left = size};
  const Bytes mask = reader.bytes(kMaskBytes);
  std::copy(mask.begin(), mask.end(), frame_.mask.begin());
  if (auto begun = begin_frame(size); !begun) return begun.error();
  return true;
}

Result<void> WebSocketParser::begin_frame(uint64_t size) {
  if (is_control(frame_.opcode)) {
    if (!frame_.final || size > kControlMax || frame_.deflated) return kProtocol;
    control_.clear();
    return {};
  }
  const bool first = frame_.opcode != WebSocketOpcode::continuation;
  if (first == in_message_) return kProtocol;       // a new message inside another, or nothing to continue
  if (!first && frame_.deflated) return kProtocol;  // only the first fragment says so (RFC 7692, 6.1)
  if (first) {
    in_message_ = true;
    deflated_ = frame_.deflated;
    message_kind_ = frame_.opcode;
    utf8_ = {};
    message_.clear();
  }
  if (size > message_max_ - message_.size()) return kTooLarge;
  return {};
}

Result<void> WebSocketParser::take_payload(Bytes& bytes) {
  const auto count = static_cast<size_t>(std::min<uint64_t>(frame_.left, bytes.size()));
  std::string& into = is_control(frame_.opcode) ? control_ : message_;
  const size_t begin = into.size();
  into.resize(begin + count);
  for (size_t index = 0; index < count; ++index)
    into[begin + index] = static_cast<char>(bytes[index] ^ frame_.mask[frame_.mask_at++ % kMaskBytes]);
  bytes = bytes.subspan(count);
  frame_.left -= count;
  const bool text = !is_control(frame_.opcode) && message_kind_ == WebSocketOpcode::text && !deflated_;
  if (text && !utf8_.put(as_bytes(std::string_view(into).substr(begin)))) return kBadText;
  return {};
}

Result<WebSocketMessage> WebSocketParser::finish_message() {
  in_message_ = false;
  WebSocketMessage out{message_kind_, std::exchange(message_, {}), 0};
  if (deflated_) {
    auto inflated = inflate_message(out.payload, message_max_);
    if (!inflated) return inflated.error();
    out.payload = std::move(*inflated);
    if (out.kind == WebSocketOpcode::text && !utf8_.put(as_bytes(out.payload))) return kBadText;
  }
  if (out.kind == WebSocketOpcode::text && !utf8_.complete()) return kBadText;
  return out;
}

Result<WebSocketMessage> WebSocketParser::finish_control() {
  WebSocketMessage out{frame_.opcode, std::exchange(control_, {}), 0};
  if (frame_.opcode != WebSocketOpcode::close) return out;
  out.close_code = websocket_close::kNoStatus;
  if (out.payload.empty()) return out;
  ByteReader reader(as_bytes(out.payload));
  out.close_code = reader.u16();
  if (reader.failed() || !may_be_sent(out.close_code)) return kProtocol;
  out.payload.erase(0, 2);
  if (!count_utf8(out.payload)) return kBadText;
  return out;
}

uint16_t close_code_of(Error error) {
  if (error.reason == kBadText.reason || error.reason == "websocket.deflate")
    return websocket_close::kBadText;
  if (error.kind == ErrorKind::timed_out) return websocket_close::kPolicy;
  if (error.reason == kTooLarge.reason) return websocket_close::kTooBig;
  return websocket_close::kProtocol;
}

WebSocketHead websocket_head(WebSocketOpcode opcode, uint64_t payload_bytes, bool deflated) {
  WebSocketHead out;
  const auto put = [&out](uint64_t value, int bytes) {
    for (int at = bytes - 1; at >= 0; --at) out.bytes[out.size++] = static_cast<uint8_t>(value >> (8 * at));
  };
  put(0x80U | (deflated ? kDeflated : 0U) | static_cast<uint8_t>(opcode), 1);
  if (payload_bytes < 126) {
    put(payload_bytes, 1);
  } else if (payload_bytes <= 0xFFFF) {
    put(126, 1);
    put(payload_bytes, 2);
  } else {
    put(127, 1);
    put(payload_bytes, 8);
  }
  return out;
}

std::vector<uint8_t> websocket_frame(WebSocketOpcode opcode, Bytes payload) {
  const WebSocketHead head = websocket_head(opcode, payload.size());
  std::vector<uint8_t> out;
  out.reserve(head.size + payload.size());
  out.insert(out.end(), head.view().begin(), head.view().end());
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

std::vector<uint8_t> websocket_close_frame(uint16_t code, std::string_view reason) {
  if (code == websocket_close::kNoStatus) return websocket_frame(WebSocketOpcode::close, {});
  size_t size = std::min(reason.size(), kControlMax - 2);
  while (size > 0 && !count_utf8(reason.substr(0, size))) --size;  // never half a character
  ByteWriter payload;
  payload.u16(code).text(reason.substr(0, size));
  return websocket_frame(WebSocketOpcode::close, payload.view());
}

}  // namespace vitrine
