// The module behind a real server: rooms made and moderated over HTTP, pages on real WebSockets.
#include "rooms/module.h"

#include <gtest/gtest.h>

#include "net/websocket_frame.h"
#include "rooms/config.h"
#include "rooms/test_house.h"
#include "testing/postgres_server.h"
#include "testing/test_server.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr std::string_view kGuest = "gst_0000000000001";
constexpr std::string_view kOther = "gst_0000000000002";
constexpr std::string_view kThird = "gst_0000000000003";
constexpr std::string_view kBuyer = "usr_0000000000004";
constexpr std::string_view kSocket = "/v1/rooms/demo/socket";
const HttpClient::Headers kStaff{{"Staff", "1"}};

// Who is asking stands in the headers: "Viewer: gst_...", "Buyer: usr_...", "Staff: 1".
Task<Result<Caller>> believe(std::shared_ptr<const HttpRequest> request) {
  Caller caller;
  if (const auto guest = GuestId::parse(request->headers.get("Viewer"))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = *guest;
    caller.name = "Guest";
  }
  if (const auto account = AccountId::parse(request->headers.get("Buyer"))) {
    caller.viewer = Caller::Viewer::buyer;
    caller.account = *account;
    caller.name = "Buyer";
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
                                                      .database_url = test_database_url(folder.path()),
                                                      .metrics = server.metrics(),
                                                      .media = media,
                                                      .ops = ops,
                                                      .members = members,
                                                      .proofs = proofs,
                                                      .random = random});
    module->set_purchases(purchases);
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
  ClientReply sanction(std::string_view kind, std::string_view account, int minutes, std::string_view reason,
                       std::string_view scope = "room") {
    const boost::json::object body{
        {"kind", kind}, {"scope", scope}, {"account", account}, {"minutes", minutes}, {"reason", reason}};
    return http().post("/v1/rooms/demo/sanctions", boost::json::serialize(body),
                       {{"Staff", "1"}, {"Idempotency-Key", std::string(kind) + std::string(account)}});
  }
  ClientReply set_access(std::string_view json) {
    return http().request("PUT", "/v1/rooms/demo/access", std::string(json), kStaff);
  }
  ClientReply enter(std::string_view proof, std::string_view viewer) {
    return http().post("/v1/rooms/demo/entry", proof, {{"Viewer", std::string(viewer)}});
  }
  ClientReply put_rules(std::string_view json) {
    return http().request("PUT", "/v1/rooms/demo/chat-rules", std::string(json), kStaff);
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
  TestProofs proofs;
  TestPurchases purchases;
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

TEST_F(RoomsModuleTest, AMuteIsToldAndHoldsUntilItIsLifted) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  EXPECT_EQ(sanction("mute", kGuest, 5, "loud").status, 201);
  EXPECT_EQ(next(socket, "muted").at("reason"), "loud");
  socket.send_text(R"({"kind":"chat","ref":"a","text":"hello"})");
  EXPECT_EQ(next(socket, "error").at("slug"), "rooms.muted");
  const auto listed = http().get("/v1/rooms/demo/sanctions", kStaff).json().at("items").at(0);
  EXPECT_EQ(listed.at("kind"), "mute");
  EXPECT_EQ(listed.at("by"), "Mod");
  const std::string path = "/v1/rooms/demo/sanctions/" + std::string(kGuest) + "/mute";
  EXPECT_EQ(http().request("DELETE", path, "", kStaff).status, 204);
  next(socket, "muted");
  socket.send_text(R"({"kind":"chat","ref":"b","text":"hello"})");
  EXPECT_EQ(next(socket, "ack").at("ref"), "b");
}

TEST_F(RoomsModuleTest, ABannedViewerIsPutOutWithinFiveSecondsAndStaysOut) {
  create("demo", "k1");
  create("other", "k2");
  const HttpClient::Headers viewer{{"Viewer", std::string(kGuest)}};
  WebSocketClient socket(server.port(), kSocket, viewer);
  WebSocketClient bystander(server.port(), kSocket, {{"Viewer", std::string(kOther)}});
  next(socket, "snapshot");
  next(bystander, "snapshot");
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(sanction("ban", kGuest, 60, "fraud").status, 201);
  EXPECT_EQ(next(socket, "outside").at("why"), "banned");
  auto frame = socket.read();
  while (!frame.ended && frame.opcode != WebSocketOpcode::close) frame = socket.read();
  EXPECT_EQ(frame.close_code(), 4403);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_EQ(WebSocketClient(server.port(), kSocket, viewer).handshake().status, 403);
  const auto entry = http().get("/v1/rooms/demo/entry", viewer).json();
  EXPECT_EQ(entry.at("state"), "banned");
  EXPECT_EQ(entry.at("reason"), "fraud");
  EXPECT_EQ(http().get("/v1/rooms/other/entry", viewer).json().at("state"), "inside");
  bystander.send_text(R"({"kind":"ping","t":1})");
  EXPECT_EQ(next(bystander, "pong").at("t"), 1);
}

// The door's list of pages has no holes: who filled one is found there as before.
TEST_F(RoomsModuleTest, WhoStaysIsStillFoundWhenOthersHaveLeft) {
  create("demo", "k1");
  const auto viewer = [](int number) {
    return HttpClient::Headers{{"Viewer", "gst_000000000000" + std::to_string(number)}};
  };
  std::vector<std::unique_ptr<WebSocketClient>> pages;
  for (int number = 1; number <= 8; ++number) {
    pages.push_back(std::make_unique<WebSocketClient>(server.port(), kSocket, viewer(number)));
    next(*pages.back(), "snapshot");
  }
  for (const size_t leaver : {0u, 1u, 2u, 4u}) {
    pages[leaver]->write(client_frame(WebSocketOpcode::close, "\x03\xe8"));
    auto frame = pages[leaver]->read();
    while (!frame.ended) frame = pages[leaver]->read();
  }
  for (const size_t place : {7u, 3u, 6u, 5u}) {
    EXPECT_EQ(sanction("ban", "gst_000000000000" + std::to_string(place + 1), 60, "fraud").status, 201);
    EXPECT_EQ(next(*pages[place], "outside").at("why"), "banned");
  }
}

TEST_F(RoomsModuleTest, WhatComesInOnePieceIsAnsweredInOrder) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  std::string bytes;
  for (int number = 0; number < 20; ++number) {
    const bool chat = number % 2 == 0;
    const std::string ref = std::to_string(number);
    bytes += client_frame(WebSocketOpcode::text,
                          chat ? R"({"kind":"chat","ref":")" + ref + R"(","text":"a line "})"
                               : R"({"kind":"ping","t":)" + ref + "}");
    bytes += client_frame(WebSocketOpcode::ping, "beat");
  }
  socket.write(bytes);
  int answered = 0;
  int beats = 0;
  while (answered < 20 || beats < 20) {
    const auto frame = socket.read();
    ASSERT_FALSE(frame.ended);
    if (frame.opcode == WebSocketOpcode::pong) ++beats;
    if (frame.opcode != WebSocketOpcode::text) continue;
    for (const auto& event : boost::json::parse(frame.payload).as_array()) {
      const std::string_view kind = event.at("kind").as_string();
      if (kind == "pong") EXPECT_EQ(event.at("t"), answered++);
      if (kind == "ack" || kind == "error")
        EXPECT_EQ(event.at("ref").as_string(), std::to_string(answered++));
    }
  }
}

// Whoever says more than anybody can is read slowly, and loses nothing.
TEST_F(RoomsModuleTest, AFloodOfMessagesIsTakenSlowly) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  const auto began = std::chrono::steady_clock::now();
  std::string bytes;
  for (int number = 0; number <= 150; ++number)
    bytes += client_frame(WebSocketOpcode::text, R"({"kind":"ping","t":)" + std::to_string(number) + "}");
  socket.write(bytes);
  while (next(socket, "pong").at("t") != 150) continue;
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(500));
}

TEST_F(RoomsModuleTest, ASiteBanHoldsInEveryRoomAlsoALaterOne) {
  create("demo", "k1");
  EXPECT_EQ(sanction("ban", kGuest, 60, "fraud", "site").status, 201);
  create("later", "k2");
  const HttpClient::Headers viewer{{"Viewer", std::string(kGuest)}};
  EXPECT_EQ(http().get("/v1/rooms/later/entry", viewer).json().at("state"), "banned");
  const std::string path = "/v1/rooms/demo/sanctions/" + std::string(kGuest) + "/ban?scope=site";
  EXPECT_EQ(http().request("DELETE", path, "", kStaff).status, 204);
  EXPECT_EQ(http().get("/v1/rooms/later/entry", viewer).json().at("state"), "inside");
}

TEST_F(RoomsModuleTest, AHeldLineIsSeenByStaffFirst) {
  create("demo", "k1");
  EXPECT_EQ(put_rules(R"({"slow_mode_s":0,"review":"before","speakers":"everyone","new_account_minutes":0,
                          "on_word":"refuse","words":[],"patterns":[]})")
                .status,
            200);
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  socket.send_text(R"({"kind":"chat","ref":"a","text":"good"})");
  const auto good = next(socket, "held");
  EXPECT_EQ(good.at("ref"), "a");
  socket.send_text(R"({"kind":"chat","ref":"b","text":"bad"})");
  const std::string bad(next(socket, "held").at("id").as_string());
  EXPECT_EQ(http().get("/v1/rooms/demo/desk", kStaff).json().at("held"), 2);
  EXPECT_EQ(http().get("/v1/rooms/demo/held", kStaff).json().at("items").at(0).at("text"), "good");
  const std::string held = "/v1/rooms/demo/held/";
  EXPECT_EQ(http().post(held + std::string(good.at("id").as_string()) + "/approve", "", kStaff).status, 204);
  EXPECT_EQ(next(socket, "chat").at("id"), good.at("id"));
  EXPECT_EQ(http().request("DELETE", held + bad, "", kStaff).status, 204);
  EXPECT_EQ(next(socket, "held_dropped").at("id").as_string(), std::string_view(bad));
  EXPECT_EQ(http().request("DELETE", held + bad, "", kStaff).slug(), "rooms.message");
}

TEST_F(RoomsModuleTest, SlowModeIsToldToEverybodyInside) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  EXPECT_EQ(next(socket, "snapshot").at("limits").at("slow_mode_s"), 0);
  put_rules(R"({"slow_mode_s":30,"review":"after","speakers":"everyone","new_account_minutes":0,
                "on_word":"refuse","words":["spam"],"patterns":["vx\\d+"]})");
  EXPECT_EQ(next(socket, "chat_limits").at("slow_mode_s"), 30);
  EXPECT_EQ(http().get("/v1/rooms/demo/chat-rules", kStaff).json().at("patterns").at(0), "vx\\d+");
  const auto refused = put_rules(R"({"slow_mode_s":0,"review":"after","speakers":"everyone",
                                     "new_account_minutes":0,"on_word":"refuse","words":[],"patterns":["ok","("]})");
  EXPECT_EQ(refused.slug(), "rooms.pattern");
  EXPECT_EQ(refused.json().at("field"), "/patterns/1");
}

TEST_F(RoomsModuleTest, AReportedLineWaitsForStaffUntilItIsHandled) {
  create("demo", "k1");
  WebSocketClient socket(server.port(), kSocket, {{"Viewer", std::string(kGuest)}});
  next(socket, "snapshot");
  socket.send_text(R"({"kind":"chat","ref":"a","text":"send me money"})");
  const std::string line(next(socket, "chat").at("id").as_string());
  const auto report = [&](std::string_view who, std::string_view reason) {
    const HttpClient::Headers headers{{"Viewer", std::string(who)},
                                      {"Idempotency-Key", "r" + std::string(who)}};
    const boost::json::object body{{"message", line}, {"reason", reason}};
    return http().post("/v1/rooms/demo/reports", boost::json::serialize(body), headers);
  };
  auto first = report(kOther, "fraud");
  // A line is shown first and stored after.
  for (int tries = 0; first.status == 404 && tries < 100; ++tries) first = report(kOther, "fraud");
  EXPECT_EQ(first.status, 204);
  EXPECT_EQ(report(kThird, "spam").status, 204);
  EXPECT_EQ(report(kThird, "spam").status, 204);
  const auto listed = http().get("/v1/rooms/demo/reports", kStaff).json().at("items").as_array();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].at("reports"), 2);
  EXPECT_EQ(listed[0].at("text"), "send me money");
  const std::string close = "/v1/rooms/demo/reports/" + line + "/close";
  EXPECT_EQ(http().post(close, R"({"outcome":"dismissed"})", kStaff).status, 204);
  EXPECT_EQ(http().post(close, R"({"outcome":"dismissed"})", kStaff).slug(), "rooms.report");
  EXPECT_EQ(http().get("/v1/rooms/demo/desk", kStaff).json().at("reports"), 0);
}

TEST_F(RoomsModuleTest, ARoleOfTheRoomAllowsWhatTheTableSaysThereAndNowhereElse) {
  create("demo", "k1");
  create("other", "k2");
  const HttpClient::Headers helper{{"Buyer", std::string(kBuyer)}};
  const std::string roles = "/v1/rooms/demo/roles/";
  EXPECT_EQ(http().get("/v1/rooms/demo/held", helper).slug(), "members.no_right");
  const auto given =
      http().request("PUT", roles + std::string(kBuyer), R"({"role":"assistant","name":"Xiao"})", kStaff);
  EXPECT_EQ(given.status, 204);
  EXPECT_EQ(http().get("/v1/rooms/demo/held", helper).status, 200);
  EXPECT_EQ(http().get("/v1/rooms/other/held", helper).slug(), "members.no_right");
  EXPECT_EQ(http().get("/v1/rooms/demo/chat-rules", helper).slug(), "members.no_right");
  EXPECT_EQ(http().get("/v1/rooms/demo/held", {{"Viewer", std::string(kGuest)}}).slug(),
            "members.staff_only");
  EXPECT_EQ(http().get("/v1/rooms/demo/roles", kStaff).json().at("items").at(0).at("role"), "assistant");
  EXPECT_EQ(
      http().request("PUT", roles + std::string(kGuest), R"({"role":"host","name":"G"})", kStaff).slug(),
      "rooms.role_account");
  EXPECT_EQ(http().request("DELETE", roles + std::string(kBuyer), "", kStaff).status, 204);
  EXPECT_EQ(http().get("/v1/rooms/demo/held", helper).slug(), "members.no_right");
}

TEST_F(RoomsModuleTest, APasswordLetsInWhoKnowsItAndItsChangePutsThemOut) {
  create("demo", "k1");
  const HttpClient::Headers viewer{{"Viewer", std::string(kGuest)}};
  EXPECT_EQ(set_access(R"({"mode":"password","trial_minutes":0})").slug(), "rooms.password_missing");
  const auto set = set_access(R"({"mode":"password","password":"sesame","trial_minutes":0})");
  EXPECT_EQ(set.json().at("has_password"), true);
  EXPECT_EQ(http().get("/v1/rooms/demo/entry", viewer).json().at("state"), "needs_password");
  EXPECT_EQ(WebSocketClient(server.port(), kSocket, viewer).handshake().status, 403);
  EXPECT_EQ(enter(R"({"password":"wrong"})", kGuest).slug(), "rooms.wrong_password");
  EXPECT_EQ(enter(R"({"code":"sesame"})", kGuest).slug(), "rooms.proof_kind");
  EXPECT_EQ(enter(R"({"password":"sesame"})", kGuest).json().at("state"), "inside");
  EXPECT_TRUE(module->audience().may_watch({"demo", std::string(kGuest), {}, true}));
  EXPECT_FALSE(module->audience().may_watch({"demo", std::string(kOther), {}, true}));
  WebSocketClient socket(server.port(), kSocket, viewer);
  next(socket, "snapshot");
  set_access(R"({"mode":"password","password":"another","trial_minutes":0})");
  EXPECT_EQ(next(socket, "outside").at("why"), "needs_password");
  EXPECT_FALSE(module->audience().may_watch({"demo", std::string(kGuest), {}, true}));
}

TEST_F(RoomsModuleTest, GuessingAPasswordEndsAfterFiveTries) {
  create("demo", "k1");
  set_access(R"({"mode":"password","password":"sesame","trial_minutes":0})");
  for (int guess = 0; guess < 5; ++guess)
    EXPECT_EQ(enter(R"({"password":"guess"})", kGuest).slug(), "rooms.wrong_password");
  EXPECT_EQ(enter(R"({"password":"sesame"})", kGuest).slug(), "rooms.too_many_tries");
  EXPECT_EQ(enter(R"({"password":"sesame"})", kOther).status, 200);
}

TEST_F(RoomsModuleTest, AnInviteLetsInAsManyAsItSaysAndTakenBackNobody) {
  create("demo", "k1");
  set_access(R"({"mode":"invite","trial_minutes":0})");
  const HttpClient::Headers staff{{"Staff", "1"}, {"Idempotency-Key", "i1"}};
  const auto made = http().post("/v1/rooms/demo/invites", R"({"label":"press","uses_max":1})", staff);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string code(made.json().at("code").as_string());
  const auto again = http().post("/v1/rooms/demo/invites", R"({"label":"press","uses_max":1})", staff);
  EXPECT_EQ(again.json().at("code").as_string(), std::string_view(code));
  std::string typed = code.substr(0, 5) + "-" + code.substr(5);
  for (char& letter : typed) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  const std::string body = boost::json::serialize(boost::json::object{{"code", typed}});
  EXPECT_EQ(enter(body, kGuest).json().at("state"), "inside");
  EXPECT_EQ(enter(body, kGuest).json().at("state"), "inside") << "sent twice, used once";
  EXPECT_EQ(enter(body, kOther).slug(), "rooms.wrong_code");
  EXPECT_EQ(http().get("/v1/rooms/demo/invites", kStaff).json().at("items").at(0).at("uses"), 1);
  EXPECT_EQ(http().request("DELETE", "/v1/rooms/demo/invites/" + code, "", kStaff).status, 204);
  const HttpClient::Headers viewer{{"Viewer", std::string(kGuest)}};
  EXPECT_EQ(http().get("/v1/rooms/demo/entry", viewer).json().at("state"), "needs_invite");
}

TEST_F(RoomsModuleTest, ATokenOfTheMerchantsSiteIsForItsRoomAlone) {
  create("demo", "k1");
  set_access(R"({"mode":"token","trial_minutes":0})");
  EXPECT_EQ(enter(R"({"token":"for other"})", kGuest).slug(), "rooms.wrong_token");
  EXPECT_EQ(enter(R"({"token":"forged"})", kGuest).slug(), "rooms.wrong_token");
  EXPECT_EQ(enter(R"({"token":"for demo"})", kGuest).json().at("state"), "inside");
}

TEST_F(RoomsModuleTest, StaffAndSignedInViewersAreInsideAMembersRoom) {
  create("demo", "k1");
  set_access(R"({"mode":"members","trial_minutes":0})");
  const auto state = [&](const HttpClient::Headers& who) {
    return std::string(http().get("/v1/rooms/demo/entry", who).json().at("state").as_string());
  };
  EXPECT_EQ(state({{"Viewer", std::string(kGuest)}}), "needs_sign_in");
  EXPECT_EQ(state({{"Buyer", std::string(kBuyer)}}), "inside");
  EXPECT_EQ(state({{"Viewer", std::string(kGuest)}, {"Staff", "1"}}), "inside");
}

}  // namespace
}  // namespace vitrine
