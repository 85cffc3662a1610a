// The module behind a real server: rooms made and moderated over HTTP, pages on real WebSockets.
#include "rooms/module.h"

#include <gtest/gtest.h>

#include "net/websocket_frame.h"
#include "rooms/config.h"
#include "rooms/test_house.h"
#include "testing/test_server.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr std::string_view kGuest = "gst_0000000000001";
constexpr std::string_view kOther = "gst_0000000000002";

// Who is asking stands in the headers: "Viewer: gst_...", "Staff: 1".
Task<Result<Caller>> believe(std::shared_ptr<const HttpRequest> request) {
  Caller caller;
  if (const auto guest = GuestId::parse(request->headers.get("Viewer"))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = *guest;
    caller.name = "Guest";
  }
  if (request->headers.has("Staff")) {
    caller.staff =
        StaffCaller{.id = AccountId{7}, .name = "Mod", .role = Role::moderator, .rights = ~0u, .session = {}};
  }
  co_return caller;
}

class RoomsModuleTest : public ::testing::Test {
 protected:
  RoomsModuleTest() : server({.cores = 2, .authenticator = believe, .more_keys = rooms_config_keys()}) {
    make();
    server.start();
    begin();
  }
  ~RoomsModuleTest() override { end(); }

  void make() {
    module = std::make_unique<RoomsModule>(RoomsNeeds{.cores = server.cores(),
                                                      .router = server.router(),
                                                      .bus = *bus,
                                                      .clock = clock,
                                                      .ids = ids,
                                                      .data_directory = folder.path(),
                                                      .metrics = server.metrics(),
                                                      .media = media,
                                                      .ops = ops,
                                                      .members = members});
  }
  void begin() {
    ASSERT_TRUE(module->start());
    bus->start();
  }
  void end() {
    bus->stop();
    module->drain();
    module->stop();
  }
  ClientReply create(std::string_view room, std::string_view key) {
    return http().post(
        "/v1/rooms",
        boost::json::serialize(boost::json::object{{"room", room}, {"title", "T"}, {"host_name", "H"}}),
        {{"Staff", "1"}, {"Idempotency-Key", std::string(key)}});
  }
  HttpClient& http() {
    if (!client_) client_ = std::make_unique<HttpClient>(server.port());
    return *client_;
  }
  static boost::json::array events(WebSocketClient& socket) {
    return boost::json::parse(socket.read().payload).as_array();
  }
  // The next event of that kind.
  static boost::json::object next(WebSocketClient& socket, std::string_view kind) {
    while (true) {
      for (const auto& event : events(socket)) {
        if (event.at("kind").as_string() == kind) return event.as_object();
      }
    }
  }

  TestFolder folder;
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  TestMedia media;
  TestOps ops;
  TestMembers members;
  TestServer server;
  std::unique_ptr<Bus> bus = make_local_bus();
  std::unique_ptr<RoomsModule> module;

 private:
  std::unique_ptr<HttpClient> client_;
};

// The page plays what it is told to play, and asks the room again when its token is refused.
TEST_F(RoomsModuleTest, ARoomWhoseStreamIsByTokenHandsOutFreshOnes) {
  ASSERT_EQ(create("demo", "k1").status, 201);
  media.by_token = true;
  HttpClient viewer(server.port());
  const auto url = viewer.get("/v1/rooms/demo").json().at("flv_url");
  EXPECT_TRUE(url.as_string().starts_with("/live/demo.flv?token=for.")) << url;
}

TEST_F(RoomsModuleTest, ARoomIsMadeOnceAndListed) {
  const auto made = create("demo", "k1");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json().at("flv_url"), "/live/demo.flv");
  const auto again = create("demo", "k1");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(create("demo", "k2").slug(), "rooms.exists");
  EXPECT_EQ(create("No Good", "k3").slug(), "rooms.name");
  EXPECT_EQ(http().get("/v1/rooms").json().at("items").as_array().size(), 1u);
  EXPECT_EQ(http().get("/v1/rooms/nowhere").slug(), "rooms.room");
}

TEST_F(RoomsModuleTest, WhatOneSaysTheOtherReads) {
  create("demo", "k1");
  WebSocketClient one(server.port(), "/v1/rooms/demo/socket", {{"Viewer", std::string(kGuest)}});
  WebSocketClient two(server.port(), "/v1/rooms/demo/socket", {{"Viewer", std::string(kOther)}});
  ASSERT_EQ(one.handshake().status, 101);
  ASSERT_EQ(two.handshake().status, 101);
  EXPECT_EQ(events(one).at(0).at("kind"), "snapshot");
  EXPECT_EQ(next(two, "snapshot").at("you").at("name"), "Guest");
  one.send_text(R"({"kind":"chat","ref":"a","text":"hello"})");
  EXPECT_EQ(next(two, "chat").at("text"), "hello");
  EXPECT_EQ(next(one, "ack").at("ref"), "a");
  one.send_text(R"({"kind":"ping","t":12})");
  EXPECT_EQ(next(one, "pong").at("t"), 12);
  const auto patched = http().request("PATCH", "/v1/rooms/demo", R"({"title":"New"})", {{"Staff", "1"}});
  EXPECT_EQ(patched.json().at("title"), "New");
  EXPECT_EQ(next(two, "room_changed").at("title"), "New");
}

TEST_F(RoomsModuleTest, OnlyKnownViewersFromOurOwnPagesEnter) {
  create("demo", "k1");
  const std::string path = "/v1/rooms/demo/socket";
  EXPECT_EQ(WebSocketClient(server.port(), path).handshake().status, 401);
  const HttpClient::Headers foreign{{"Viewer", std::string(kGuest)}, {"Origin", "https://evil.example"}};
  EXPECT_EQ(WebSocketClient(server.port(), path, foreign).handshake().status, 403);
  const HttpClient::Headers guest{{"Viewer", std::string(kGuest)}};
  EXPECT_EQ(WebSocketClient(server.port(), "/v1/rooms/nowhere/socket", guest).handshake().status, 404);
}

TEST_F(RoomsModuleTest, DrainingSaysGoodbyeAndStoppingLeavesNobody) {
  create("demo", "k1");
  const HttpClient::Headers guest{{"Viewer", std::string(kGuest)}};
  WebSocketClient socket(server.port(), "/v1/rooms/demo/socket", guest);
  next(socket, "snapshot");
  module->drain();
  auto frame = socket.read();
  while (!frame.ended && frame.opcode != WebSocketOpcode::close) frame = socket.read();
  EXPECT_EQ(frame.close_code(), websocket_close::kGoingAway);
  EXPECT_EQ(WebSocketClient(server.port(), "/v1/rooms/demo/socket", guest).handshake().status, 503);
  module->stop();
  EXPECT_TRUE(socket.ended());
}

TEST_F(RoomsModuleTest, AMuteIsToldAndHolds) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), "/v1/rooms/demo/socket", {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  const std::string body = R"({"account":"gst_0000000000001","minutes":5,"reason":"loud"})";
  const HttpClient::Headers staff{{"Staff", "1"}, {"Idempotency-Key", "m1"}};
  EXPECT_EQ(http().post("/v1/rooms/demo/mutes", body, staff).status, 201);
  EXPECT_EQ(next(socket, "muted").at("reason"), "loud");
  socket.send_text(R"({"kind":"chat","ref":"a","text":"hello"})");
  EXPECT_EQ(next(socket, "error").at("slug"), "rooms.muted");
  EXPECT_EQ(http().get("/v1/rooms/demo/mutes", staff).json().at("items").as_array().size(), 1u);
}

}  // namespace
}  // namespace vitrine
