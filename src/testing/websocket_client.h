// A blocking WebSocket client for tests.
//
//   WebSocketClient client(server.port(), "/v1/rooms/demo/socket");
//   ASSERT_EQ(client.handshake().status, 101);
//   client.send_text(R"({"kind":"ping","t":1})");
//   EXPECT_EQ(client.read().payload, "...");
//
// Owns    the connection.
// Thread  the test's. Every read ends after ten seconds.
#pragma once

#include <string>

#include "net/websocket_frame.h"
#include "testing/http_client.h"

namespace vitrine {

// A client's frame with a fixed mask. `first_byte` is FIN, reserved bits and opcode as given.
std::string client_frame(uint8_t first_byte, std::string_view payload);
inline std::string client_frame(WebSocketOpcode opcode, std::string_view payload, bool final = true) {
  return client_frame(static_cast<uint8_t>((final ? 0x80 : 0) | static_cast<uint8_t>(opcode)), payload);
}

class WebSocketClient {
 public:
  // Sends the handshake; `headers` may carry Cookie and Origin.
  WebSocketClient(uint16_t port, std::string_view path, const HttpClient::Headers& headers = {});

  // The server's answer: 101 when the socket is open, a problem otherwise.
  const ClientReply& handshake() const { return handshake_; }
  void send_text(std::string_view text) { write(client_frame(WebSocketOpcode::text, text)); }
  void write(std::string_view bytes) { http_.write(bytes); }

  struct Frame {
    bool ended = false;  // the connection ended instead
    WebSocketOpcode opcode{};
    std::string payload{};
    // Of a close frame; kNoStatus when it has none.
    uint16_t close_code() const;
  };
  // The server's next frame.
  Frame read();
  bool ended() { return http_.ended(); }

 private:
  HttpClient http_;
  ClientReply handshake_;
};

}  // namespace vitrine
