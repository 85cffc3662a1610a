#include "net/websocket.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/connection.h"
#include "net/websocket_deflate.h"
#include "testing/test_server.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr Milliseconds kSilence{300};
constexpr Milliseconds kMessageTime{600};

// Sends back every message, and the receiver's control frames between them.
Task<void> echo(Call, std::unique_ptr<Connection> connection) {
  const OriginRule rule{.allowed = {"https://shop.example"}};
  auto upgraded = co_await connection->upgrade_websocket(rule, 1000, WebSocketDeflate::on);
  if (!upgraded) co_return;
  WebSocket& web = *upgraded;
  std::vector<uint8_t> out;
  web.receiver.set_answer([&out](Bytes frame) { out.insert(out.end(), frame.begin(), frame.end()); });
  web.receiver.set_limits(kSilence, kMessageTime);
  for (;;) {
    const auto message = co_await web.receiver.receive(&web.socket);
    if (message) {
      const auto frame = websocket_frame(message->kind, as_bytes(message->payload));
      out.insert(out.end(), frame.begin(), frame.end());
    }
    const auto wrote = co_await web.socket.write_all(out);
    out.clear();
    if (!message || !wrote) co_return;
  }
}

class WebSocketTest : public ::testing::Test {
 protected:
  WebSocketTest() {
    server.router().add_stream({.path = "/v1/echo", .operation = "echo", .tag = "test", .summary = "Echo"},
                               echo);
    server.start();
  }
  TestServer server;
};

TEST(WebSocketAccept, IsTheExampleOfTheRfc) {  // RFC 6455, 1.3
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(OriginRule, SameHostOrListed) {
  const OriginRule rule{.allowed = {"https://shop.example"}};
  EXPECT_TRUE(origin_allowed(rule, "", "live.example:8080", false));
  EXPECT_TRUE(origin_allowed(rule, "http://live.example:8080", "live.example:8080", false));
  EXPECT_TRUE(origin_allowed(rule, "https://shop.example", "live.example:8080", false));
  EXPECT_FALSE(origin_allowed(rule, "http://live.example", "live.example:8080", false));
  EXPECT_FALSE(origin_allowed(rule, "https://shop.example.evil.test", "live.example:8080", false));
  EXPECT_FALSE(origin_allowed(rule, "null", "live.example:8080", false));
  EXPECT_TRUE(origin_allowed(rule, "https://live.example:8080", "live.example:8080", true));
  EXPECT_FALSE(origin_allowed(rule, "http://live.example:8080", "live.example:8080", true));
}

// For who waits without a coroutine and looks at the time now and then.
Error time_out_of(WebSocketReceiver receiver, std::vector<uint8_t>& told) {
  receiver.set_answer([&told](Bytes frame) { told.assign(frame.begin(), frame.end()); });
  receiver.set_limits(Milliseconds(1), Milliseconds(1));
  EXPECT_FALSE(receiver.next().value());
  for (;;) {
    if (const auto timely = receiver.check_time(); !timely) return timely.error();
  }
}

TEST(WebSocketReceiver, WhoseTimeIsOverIsToldWhy) {
  std::vector<uint8_t> told;
  EXPECT_EQ(time_out_of({100, WebSocketDeflate::off, {}}, told).reason, "websocket.silent");
  EXPECT_EQ(told, websocket_close_frame(websocket_close::kPolicy, "websocket.silent"));
  const Bytes begun = as_bytes(std::string_view("\x81\x85", 2));
  EXPECT_EQ(time_out_of({100, WebSocketDeflate::off, {begun.begin(), begun.end()}}, told).reason,
            "websocket.slow");
  EXPECT_EQ(told, websocket_close_frame(websocket_close::kPolicy, "websocket.slow"));
}

// Thousands are silent for hours: what reads a message is there while one comes.
TEST(WebSocketReceiver, IsSmallBetweenMessages) {
  EXPECT_LE(sizeof(WebSocketReceiver), 96u);
}

TEST_F(WebSocketTest, EchoesTextAndBinary) {
  WebSocketClient client(server.port(), "/v1/echo");
  ASSERT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.handshake().headers.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  client.send_text("你好");
  EXPECT_EQ(client.read().payload, "你好");
  client.write(client_frame(WebSocketOpcode::binary, "\xff"));
  EXPECT_EQ(client.read().opcode, WebSocketOpcode::binary);
}

TEST_F(WebSocketTest, AnswersPingsAndEchoesTheClose) {
  WebSocketClient client(server.port(), "/v1/echo");
  client.write(client_frame(WebSocketOpcode::ping, "beat") + client_frame(WebSocketOpcode::pong, "") +
               client_frame(WebSocketOpcode::text, "x"));
  const auto pong = client.read();
  EXPECT_EQ(pong.opcode, WebSocketOpcode::pong);
  EXPECT_EQ(pong.payload, "beat");
  EXPECT_EQ(client.read().payload, "x");
  client.write(client_frame(WebSocketOpcode::close, "\x03\xe8"));
  EXPECT_EQ(client.read().close_code(), 1000);
  EXPECT_TRUE(client.read().ended);
}

TEST_F(WebSocketTest, FaultsAreToldByTheirCloseCode) {
  const std::pair<std::string, int> faults[] = {
      {client_frame(WebSocketOpcode::continuation, "x"), 1002},
      {client_frame(WebSocketOpcode::text, "\xff"), 1007},
      {client_frame(WebSocketOpcode::text, std::string(1001, 'x')), 1009},
  };
  for (const auto& [bytes, code] : faults) {
    WebSocketClient client(server.port(), "/v1/echo");
    client.write(bytes);
    const auto frame = client.read();
    EXPECT_EQ(frame.opcode, WebSocketOpcode::close);
    EXPECT_EQ(frame.close_code(), code);
  }
}

TEST_F(WebSocketTest, WhatComesRightBehindTheHandshakeIsNotLost) {
  HttpClient client(server.port());
  client.write(
      "GET /v1/echo HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      client_frame(WebSocketOpcode::text, "early"));
  EXPECT_EQ(client.read_reply().status, 101);
  EXPECT_EQ(client.read_bytes(7), std::string("\x81\x05") + "early");
}

TEST_F(WebSocketTest, AForeignOriginIsRefused) {
  EXPECT_EQ(WebSocketClient(server.port(), "/v1/echo", {{"Origin", "https://evil.test"}}).handshake().slug(),
            "websocket.origin");
  EXPECT_EQ(
      WebSocketClient(server.port(), "/v1/echo", {{"Origin", "https://shop.example"}}).handshake().status,
      101);
}

TEST_F(WebSocketTest, ABadHandshakeIsAProblem) {
  HttpClient client(server.port());
  auto reply = client.get("/v1/echo");
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(reply.headers.get("Sec-WebSocket-Version"), "13");
  const HttpClient::Headers upgrade = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  auto old = upgrade;
  old.emplace_back("Sec-WebSocket-Version", "8");
  EXPECT_EQ(client.get("/v1/echo", old).slug(), "websocket.version");
  auto keyless = upgrade;
  keyless.emplace_back("Sec-WebSocket-Version", "13");
  keyless.emplace_back("Sec-WebSocket-Key", "short");
  EXPECT_EQ(client.get("/v1/echo", keyless).slug(), "websocket.handshake");
}

TEST_F(WebSocketTest, SilenceEndsTheSessionAndSaysSo) {
  WebSocketClient client(server.port(), "/v1/echo");
  ASSERT_EQ(client.handshake().status, 101);
  const auto frame = client.read();
  EXPECT_EQ(frame.close_code(), 1008);
  EXPECT_EQ(frame.payload.substr(2), "websocket.silent");
  EXPECT_TRUE(client.read().ended);
}

// It is never silent for long, and yet its message never ends.
TEST_F(WebSocketTest, AMessageSentByteByByteIsCut) {
  WebSocketClient client(server.port(), "/v1/echo");
  const std::string frame = client_frame(WebSocketOpcode::text, std::string(900, 'x'));
  std::jthread trickle([&client, &frame](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (const char byte : frame) {
      client.write({&byte, 1});
      if (never.wait_for(lock, stop, std::chrono::milliseconds(50), [&] { return stop.stop_requested(); }))
        return;
    }
  });
  const auto answer = client.read();
  trickle.request_stop();
  EXPECT_EQ(answer.close_code(), 1008);
  EXPECT_EQ(answer.payload.substr(2), "websocket.slow");
}

TEST_F(WebSocketTest, FragmentsThatComeInTimeAreNotCut) {
  WebSocketClient client(server.port(), "/v1/echo");
  for (int count = 0; count < 50; ++count) {
    client.write(client_frame(WebSocketOpcode::text, "a", false));
    client.write(client_frame(WebSocketOpcode::continuation, "b"));
    ASSERT_EQ(client.read().payload, "ab");
  }
}

TEST_F(WebSocketTest, DeflateIsAgreedUponWhenOfferedAndUsedByTheClient) {
  const HttpClient::Headers offer = {
      {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"}};
  WebSocketClient client(server.port(), "/v1/echo", offer);
  EXPECT_EQ(client.handshake().headers.get("Sec-WebSocket-Extensions"),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  client.write(client_frame(0xC1, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)));
  EXPECT_EQ(client.read().payload, "Hello");
  const auto bomb = MessageDeflater().deflate(as_bytes(std::string(100'000, 'x')));
  client.write(client_frame(0xC1, as_text(*bomb)));
  EXPECT_EQ(client.read().close_code(), 1009);

  WebSocketClient plain(server.port(), "/v1/echo");
  EXPECT_EQ(plain.handshake().headers.get("Sec-WebSocket-Extensions"), "");
  plain.write(client_frame(0xC1, "x"));
  EXPECT_EQ(plain.read().close_code(), 1002);
}

}  // namespace
}  // namespace vitrine
