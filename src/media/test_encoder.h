// An RTMP encoder for tests that sends exactly the messages it is told to: for what FFmpeg never sends.
//
// Owns    one connection.
// Thread  the test's.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "media/protocol/rtmp_link.h"
#include "testing/hex_bytes.h"

namespace vitrine {

class TestEncoder {
 public:
  // Connects, shakes hands and asks to publish `name` ("STREAM?key=KEY") in the app "live".
  TestEncoder(uint16_t port, std::string_view name) {
    dial(port);
    std::vector<uint8_t> hello(1 + 2 * 1'536);  // C0, C1 and a C2 nobody looks at
    hello[0] = 3;
    write(hello);
    read_exactly(1 + 2 * 1'536);
    Amf0Object object;
    object.properties = {{"app", "live"}, {"tcUrl", "rtmp://127.0.0.1/live"}, {"flashVer", "test"}};
    command({"connect", 1, object}, 0);
    command({"createStream", 2, Amf0Value()}, 0);
    command({"publish", 3, Amf0Value(), name, "live"}, 1);
  }
  ~TestEncoder() { ::close(descriptor_); }
  TestEncoder(const TestEncoder&) = delete;
  TestEncoder& operator=(const TestEncoder&) = delete;

  // The body of one message in hexadecimal.
  void video(uint32_t time_ms, std::string_view body) { send(RtmpType::video, time_ms, hex(body)); }
  void audio(uint32_t time_ms, std::string_view body) { send(RtmpType::audio, time_ms, hex(body)); }
  // The words of the first onStatus of level "error"; empty when the server closes without one.
  std::string refusal() {
    std::vector<uint8_t> buffer(4'096);
    while (true) {
      const auto got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got <= 0) return {};
      Bytes rest = Bytes(buffer).first(static_cast<size_t>(got));
      while (true) {
        const auto message = reader_.next(rest);
        if (!message || !*message) break;
        if ((*message)->type != RtmpType::command_amf0) continue;
        const auto said = read_rtmp_command(**message);
        const auto* status = said ? said->object_at(3) : nullptr;
        if (status != nullptr && status->text("level") == "error")
          return std::string(status->text("description"));
      }
    }
  }

 private:
  void dial(uint16_t port) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
          "the test's server listens");
  }
  void read_exactly(size_t size) {
    std::vector<uint8_t> buffer(size);
    for (size_t at = 0; at < size;) {
      const auto got = ::read(descriptor_, buffer.data() + at, size - at);
      check(got > 0, "the server shakes hands");
      at += static_cast<size_t>(got);
    }
  }
  // What the server no longer takes is lost.
  void write(Bytes bytes) { (void)::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void command(const std::vector<Amf0Value>& values, uint32_t stream_id) {
    ByteWriter out;
    write_rtmp_message(out, 3, {RtmpType::command_amf0, stream_id, 0, write_amf0(values)}, kRtmpChunkDefault);
    write(out.view());
  }
  void send(RtmpType type, uint32_t time_ms, std::vector<uint8_t> body) {
    ByteWriter out;
    write_rtmp_message(out, type == RtmpType::video ? 6 : 4, {type, 1, time_ms, std::move(body)},
                       kRtmpChunkDefault);
    write(out.view());
  }

  int descriptor_ = -1;
  RtmpChunkReader reader_;
};

}  // namespace vitrine
