// Every rule of who may watch, at the module behind a real server: at the socket, and as media asks about the
// picture. What ends a right cuts who is inside: the socket hears why and is closed, the picture's answer
// turns.
#include <gtest/gtest.h>

#include "contract/events.h"
#include "rooms/config.h"
#include "rooms/module.h"
#include "rooms/test_house.h"
#include "testing/test_server.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr std::string_view kGuest = "gst_0000000000001";
constexpr std::string_view kBuyer = "usr_0000000000004";
constexpr std::string_view kSession = "ses_0000000000005";
constexpr std::string_view kOtherSession = "ses_0000000000006";
constexpr std::string_view kTicket = "prd_0000000000008";
constexpr std::string_view kOrder = "ord_0000000000009";
constexpr std::string_view kSocket = "/v1/rooms/demo/socket";
// A viewer is cut within this; the test waits for the cut, not for the time.
constexpr std::chrono::seconds kCutTime{5};

// "Viewer: gst_...", "Buyer: usr_... ses_...", "Staff: 1".
Task<Result<Caller>> believe(std::shared_ptr<const HttpRequest> request) {
  Caller caller;
  if (const auto guest = GuestId::parse(request->headers.get("Viewer"))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = *guest;
  }
  const std::string buyer(request->headers.get("Buyer"));
  if (!buyer.empty()) {
    caller.viewer = Caller::Viewer::buyer;
    caller.account = AccountId::parse(buyer.substr(0, buyer.find(' '))).value();
    caller.buyer_session = SessionId::parse(buyer.substr(buyer.find(' ') + 1)).value();
  }
  if (request->headers.has("Staff"))
    caller.staff = StaffCaller{.id = AccountId{7}, .name = "Host", .rights = ~0u, .session = {}};
  co_return caller;
}

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() : server_({.cores = 2, .authenticator = believe, .more_keys = rooms_config_keys()}) {
    shop_ = open("shop");
    members_db_ = open("members");
    module_ = std::make_unique<RoomsModule>(RoomsNeeds{.cores = server_.cores(),
                                                       .router = server_.router(),
                                                       .bus = *bus_,
                                                       .clock = clock_,
                                                       .ids = ids_,
                                                       .data_directory = folder_.path(),
                                                       .metrics = server_.metrics(),
                                                       .media = media_,
                                                       .ops = ops_,
                                                       .members = members_,
                                                       .proofs = proofs_,
                                                       .random = random_});
    module_->set_purchases(purchases_);
    server_.start();
    check(module_->start().ok(), "the module starts");
    bus_->source(*shop_);
    bus_->source(*members_db_);
    bus_->start();
    check(wait_on(server_.cores().at(0), module_->create_room("demo", "T", "H")).ok(), "a room");
    purchases_.sold = *ProductId::parse(kTicket);
  }
  ~AccessTest() override {
    bus_->stop();
    module_->stop();
    shop_->close();
    members_db_->close();
  }

  std::unique_ptr<Database> open(const std::string& name) {
    auto opened = open_sqlite({.name = name, .directory = folder_.path() + "/db", .migrations = {}});
    check(opened.ok(), "a database for the test");
    return std::move(*opened);
  }
  template <Dto E>
  void emit(Database& source, const E& event) {
    auto work = [event](Transaction& tx) { return tx.emit("thing", 1, event); };
    check(wait_on(server_.cores().at(0), source.write(std::move(work))).ok(), "an event");
  }
  void order_is(std::string state) {
    OrderChanged event;
    event.order = *OrderId::parse(kOrder);
    event.state = std::move(state);
    event.buyer = *AccountId::parse(kBuyer);
    emit(*shop_, event);
  }

  ClientReply rule(const std::string& json) {
    HttpClient staff(server_.port());
    return staff.request("PUT", "/v1/rooms/demo/access", json, {{"Staff", "1"}});
  }
  std::string state(const HttpClient::Headers& who) {
    HttpClient page(server_.port());
    return std::string(page.get("/v1/rooms/demo/entry", who).json().at("state").as_string());
  }
  ClientReply show(const std::string& proof, const HttpClient::Headers& who) {
    HttpClient page(server_.port());
    return page.post("/v1/rooms/demo/entry", proof, who);
  }
  // What both guards say, which must be one: "out", "in", or which of the two lets in.
  std::string guards(const HttpClient::Headers& who, const std::string& watch_name) {
    WebSocketClient socket(server_.port(), std::string(kSocket), who);
    const bool by_socket = socket.handshake().status == 101;
    const bool by_picture = may_watch(watch_name);
    if (by_socket != by_picture) return by_socket ? "socket only" : "picture only";
    return by_socket ? "in" : "out";
  }
  bool may_watch(const std::string& name) {
    return module_->audience().may_watch({"demo", name, "192.0.2.7", true});
  }
  // Why somebody inside has to leave; fails unless it comes in time and the socket is closed after it.
  std::string cut_of(WebSocketClient& socket) {
    const auto began = std::chrono::steady_clock::now();
    std::string why;
    for (auto frame = socket.read(); frame.opcode == WebSocketOpcode::text; frame = socket.read()) {
      for (const auto& event : boost::json::parse(frame.payload).as_array())
        if (event.at("kind") == "outside") why = event.at("why").as_string();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, kCutTime);
    return why;
  }

  const HttpClient::Headers guest_{{"Viewer", std::string(kGuest)}};
  const HttpClient::Headers buyer_{{"Buyer", std::string(kBuyer) + " " + std::string(kSession)}};
  const std::string guest_name_{kGuest};
  const std::string buyer_name_ = std::string(kBuyer) + "-" + std::string(kSession);

  TestFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_{clock_, random_};
  TestMedia media_;
  TestOps ops_;
  TestMembers members_;
  TestProofs proofs_;
  TestPurchases purchases_;
  TestServer server_;
  std::unique_ptr<Bus> bus_ = make_local_bus({.back_off_first = Milliseconds(5)});
  std::unique_ptr<Database> shop_, members_db_;
  std::unique_ptr<RoomsModule> module_;
};

TEST_F(AccessTest, AnOpenRoomLetsEverybodyIn) {
  EXPECT_EQ(guards(guest_, guest_name_), "in");
  EXPECT_TRUE(module_->audience().may_watch({"demo", {}, "192.0.2.7", false})) << "also who has no token";
}

TEST_F(AccessTest, APasswordOpensSocketAndPictureAndItsChangeCutsBoth) {
  EXPECT_EQ(rule(R"({"mode":"password","trial_minutes":0})").slug(), "rooms.password_missing");
  ASSERT_EQ(rule(R"({"mode":"password","password":"sesame","trial_minutes":0})").status, 200);
  EXPECT_EQ(guards(guest_, guest_name_), "out");
  EXPECT_FALSE(module_->audience().may_watch({"demo", {}, "192.0.2.7", false})) << "the bare URL";
  EXPECT_EQ(show(R"({"password":"open"})", guest_).slug(), "rooms.wrong_password");
  EXPECT_EQ(show(R"({"password":"sesame"})", guest_).json().at("state"), "inside");
  EXPECT_EQ(guards(guest_, guest_name_), "in");
  WebSocketClient socket(server_.port(), std::string(kSocket), guest_);
  ASSERT_EQ(socket.handshake().status, 101);
  ASSERT_EQ(rule(R"({"mode":"password","password":"another","trial_minutes":0})").status, 200);
  EXPECT_EQ(cut_of(socket), "needs_password");
  EXPECT_EQ(guards(guest_, guest_name_), "out");
}

TEST_F(AccessTest, GuessingIsRefusedWithTheTimeToWait) {
  rule(R"({"mode":"password","password":"sesame","trial_minutes":0})");
  for (int guess = 0; guess < 5; ++guess) show(R"({"password":"guess"})", guest_);
  const auto refused = show(R"({"password":"sesame"})", guest_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.slug(), "rooms.too_many_tries");
  EXPECT_GT(std::stoi(std::string(refused.headers.get("Retry-After"))), 60);
  EXPECT_EQ(show(R"({"password":"sesame"})", buyer_).status, 200);
}

TEST_F(AccessTest, MembersAreWhoSignedInAndATierIsGivenAndTakenAway) {
  rule(R"({"mode":"members","trial_minutes":0})");
  EXPECT_EQ(state(guest_), "needs_sign_in");
  EXPECT_EQ(guards(guest_, guest_name_), "out");
  EXPECT_EQ(guards(buyer_, buyer_name_), "in");
  rule(R"({"mode":"members","tier":2,"trial_minutes":0})");
  EXPECT_EQ(state(buyer_), "needs_tier");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
  proofs_.tiers[*AccountId::parse(kBuyer)] = 3;
  EXPECT_EQ(state(buyer_), "inside");
  EXPECT_EQ(guards(buyer_, buyer_name_), "in");
  WebSocketClient socket(server_.port(), std::string(kSocket), buyer_);
  ASSERT_EQ(socket.handshake().status, 101);
  proofs_.tiers.clear();
  emit(*members_db_, BuyerTierChanged{*AccountId::parse(kBuyer), 0});
  EXPECT_EQ(cut_of(socket), "needs_tier");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
}

TEST_F(AccessTest, APaidTicketLetsInAndItsRefundCuts) {
  const std::string ticket =
      R"({"mode":"ticket","product":")" + std::string(kTicket) + R"(","trial_minutes":0})";
  EXPECT_EQ(rule(R"({"mode":"ticket","trial_minutes":0})").slug(), "rooms.product_missing");
  ASSERT_EQ(rule(ticket).status, 200);
  EXPECT_EQ(state(guest_), "needs_ticket");
  EXPECT_EQ(state(buyer_), "needs_ticket");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
  const auto key = std::pair{*AccountId::parse(kBuyer), *ProductId::parse(kTicket)};
  purchases_.paid[key] = *OrderId::parse(kOrder);
  EXPECT_EQ(state(buyer_), "inside");
  EXPECT_EQ(guards(buyer_, buyer_name_), "in");
  WebSocketClient socket(server_.port(), std::string(kSocket), buyer_);
  ASSERT_EQ(socket.handshake().status, 101);
  purchases_.paid.clear();
  order_is("refunding");
  EXPECT_EQ(cut_of(socket), "needs_ticket");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
}

TEST_F(AccessTest, ABuyerOfTheProductIsLetInAndAShopThatIsDownIsSaid) {
  const std::string bought =
      R"({"mode":"bought","product":")" + std::string(kTicket) + R"(","trial_minutes":0})";
  ASSERT_EQ(rule(bought).status, 200);
  purchases_.down = true;
  HttpClient page(server_.port());
  EXPECT_EQ(page.get("/v1/rooms/demo/entry", buyer_).slug(), "shop.unavailable");
  purchases_.down = false;
  EXPECT_EQ(state(buyer_), "needs_purchase");
  purchases_.paid[{*AccountId::parse(kBuyer), *ProductId::parse(kTicket)}] = *OrderId::parse(kOrder);
  EXPECT_EQ(state(buyer_), "inside");
  EXPECT_EQ(guards(buyer_, buyer_name_), "in");
}

TEST_F(AccessTest, ATokenOfTheMerchantsSiteOpensItsRoomAndItsKeyIsNeverShown) {
  const auto set = rule(
      R"({"mode":"token","token":{"kind":"secret","key":"0123456789abcdef0123456789abcdef","issuer":"","audience":""},"trial_minutes":0})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(set.json().at("token").at("has_key"), true);
  EXPECT_EQ(set.body.find("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(guards(guest_, guest_name_), "out");
  EXPECT_EQ(show(R"({"token":"for elsewhere"})", guest_).slug(), "rooms.wrong_token");
  EXPECT_EQ(show(R"({"password":"for demo"})", guest_).slug(), "rooms.proof_kind");
  EXPECT_EQ(show(R"({"token":"for demo"})", guest_).status, 200);
  EXPECT_EQ(guards(guest_, guest_name_), "in");
}

TEST_F(AccessTest, AnInviteTakenBackCutsWhoCameWithIt) {
  rule(R"({"mode":"invite","trial_minutes":0})");
  HttpClient staff(server_.port());
  const auto made = staff.post("/v1/rooms/demo/invites", R"({"label":"press","uses_max":1,"days":2})",
                               {{"Staff", "1"}, {"Idempotency-Key", "i1"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string code(made.json().at("code").as_string());
  EXPECT_EQ(guards(guest_, guest_name_), "out");
  EXPECT_EQ(show(boost::json::serialize(boost::json::object{{"code", code}}), guest_).status, 200);
  EXPECT_EQ(guards(guest_, guest_name_), "in");
  WebSocketClient socket(server_.port(), std::string(kSocket), guest_);
  ASSERT_EQ(socket.handshake().status, 101);
  EXPECT_EQ(staff.request("DELETE", "/v1/rooms/demo/invites/" + code, "", {{"Staff", "1"}}).status, 204);
  EXPECT_EQ(cut_of(socket), "needs_invite");
  EXPECT_EQ(guards(guest_, guest_name_), "out");
}

TEST_F(AccessTest, SigningOutCutsThatSignInsSocketAndPictureAndNoOther) {
  WebSocketClient socket(server_.port(), std::string(kSocket), buyer_);
  ASSERT_EQ(socket.handshake().status, 101);
  emit(*members_db_, SessionEnded{*SessionId::parse(kSession)});
  EXPECT_EQ(cut_of(socket), "signed_out");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
  const HttpClient::Headers phone{{"Buyer", std::string(kBuyer) + " " + std::string(kOtherSession)}};
  EXPECT_EQ(guards(phone, std::string(kBuyer) + "-" + std::string(kOtherSession)), "in");
}

TEST_F(AccessTest, ABanCutsSocketAndPictureOfAnOpenRoom) {
  WebSocketClient socket(server_.port(), std::string(kSocket), buyer_);
  ASSERT_EQ(socket.handshake().status, 101);
  HttpClient staff(server_.port());
  const std::string body = R"({"kind":"ban","scope":"room","account":")" + std::string(kBuyer) +
                           R"(","minutes":60,"reason":"fraud"})";
  EXPECT_EQ(staff.post("/v1/rooms/demo/sanctions", body, {{"Staff", "1"}, {"Idempotency-Key", "b1"}}).status,
            201);
  EXPECT_EQ(cut_of(socket), "banned");
  EXPECT_EQ(guards(buyer_, buyer_name_), "out");
  EXPECT_EQ(guards(guest_, guest_name_), "in");
}

TEST_F(AccessTest, ATrialIsToldWithItsEndAndAskingAgainBeginsNoOther) {
  rule(R"({"mode":"password","password":"sesame","trial_minutes":3})");
  EXPECT_EQ(state(guest_), "trial");
  EXPECT_EQ(guards(guest_, guest_name_), "in");
  HttpClient page(server_.port());
  const auto first = page.get("/v1/rooms/demo/entry", guest_).json().at("until_ms");
  EXPECT_EQ(page.get("/v1/rooms/demo/entry", guest_).json().at("until_ms"), first) << "not begun anew";
}

TEST_F(AccessTest, OnlyWhoMaySetTheRuleSeesIt) {
  HttpClient page(server_.port());
  EXPECT_EQ(page.get("/v1/rooms/demo/access", buyer_).slug(), "members.no_right");
  EXPECT_EQ(page.get("/v1/rooms/demo/access", guest_).slug(), "members.staff_only");
}

}  // namespace
}  // namespace vitrine
