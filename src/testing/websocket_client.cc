#include "testing/websocket_client.h"

#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr uint8_t kMask[4] = {0x37, 0xfa, 0x21, 0x3d};

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

}  // namespace

std::string client_frame(uint8_t first_byte, std::string_view payload) {
  ByteWriter out;
  out.u8(first_byte);
  if (payload.size() < 126)
    out.u8(0x80 | payload.size());
  else if (payload.size() <= 0xFFFF)
    out.u8(0x80 | 126).u16(payload.size());
  else
    out.u8(0x80 | 127).u64(payload.size());
  out.bytes(kMask);
  for (size_t index = 0; index < payload.size(); ++index)
    out.u8(static_cast<uint8_t>(payload[index]) ^ kMask[index % 4]);
  return std::string(as_text(out.view()));
}

WebSocketClient::WebSocketClient(uint16_t port, std::string_view path, const HttpClient::Headers& headers)
    : http_(port) {
  std::string text = "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                     "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  http_.write(text + "\r\n");
  handshake_ = http_.read_reply();
}

WebSocketClient::Frame WebSocketClient::read() {
  const std::string head = http_.read_bytes(2);
  if (head.size() < 2) return {.ended = true, .opcode = {}, .payload = {}};
  uint64_t size = static_cast<uint8_t>(head[1]);
  if (size == 126)
    size = big_endian(http_.read_bytes(2));
  else if (size == 127)
    size = big_endian(http_.read_bytes(8));
  std::string payload = http_.read_bytes(size);
  // A server killed in mid-frame leaves part of one, which is no frame.
  if (payload.size() < size) return {.ended = true, .opcode = {}, .payload = {}};
  return {
      .ended = false, .opcode = static_cast<WebSocketOpcode>(head[0] & 0x0F), .payload = std::move(payload)};
}

uint16_t WebSocketClient::Frame::close_code() const {
  return payload.size() < 2 ? websocket_close::kNoStatus
                            : static_cast<uint16_t>(big_endian(std::string_view(payload).substr(0, 2)));
}

}  // namespace vitrine
