// docs/asyncapi.json says what the code does: every event the code writes fits its schema there and none is
// missing, and what goes to everybody in a room has nothing in it that is meant for one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "rooms/coupon_drop_service.h"
#include "rooms/message.h"
#include "rooms/poll_service.h"
#include "rooms/question_service.h"
#include "rooms/room_errors.h"
#include "rooms/test_house.h"

namespace vitrine {
namespace {

namespace json = boost::json;

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const json::object& document() {
  static const json::value parsed = json::parse(text_of_file(VITRINE_SOURCE_DIR "/docs/asyncapi.json"));
  return parsed.as_object();
}
const json::object& messages() {
  return document().at("components").at("messages").as_object();
}

// What of JSON Schema the document uses. The answer is what does not fit, empty when all does.
std::string misfit(const json::value& value, const json::object& schema);

bool is_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "boolean") return value.is_bool();
  return type == "null" && value.is_null();
}

std::string misfit_object(const json::object& value, const json::object& schema) {
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr) return {};
  if (const auto* required = schema.if_contains("required")) {
    for (const auto& name : required->as_array())
      if (!value.contains(name.as_string())) return std::string(name.as_string()) + " is missing";
  }
  for (const auto& [name, field] : value) {
    const auto* known = properties->as_object().if_contains(name);
    if (known == nullptr) return std::string(name) + " is not in the document";
    if (auto wrong = misfit(field, known->as_object()); !wrong.empty())
      return std::string(name) + ": " + wrong;
  }
  return {};
}

std::string misfit(const json::value& value, const json::object& schema) {
  if (const auto* ref = schema.if_contains("$ref")) {
    const std::string path(ref->as_string());
    const std::string name = path.substr(path.rfind('/') + 1);
    return misfit(value, document().at("components").at("schemas").at(name).as_object());
  }
  if (const auto* choices = schema.if_contains("oneOf")) {
    for (const auto& choice : choices->as_array())
      if (misfit(value, choice.as_object()).empty()) return {};
    return "fits no choice: " + json::serialize(value);
  }
  if (const auto* wanted = schema.if_contains("const"); wanted != nullptr && *wanted != value)
    return json::serialize(value) + " is not " + json::serialize(*wanted);
  if (const auto* type = schema.if_contains("type"); type != nullptr && !is_type(value, type->as_string()))
    return json::serialize(value) + " is no " + std::string(type->as_string());
  if (const auto* names = schema.if_contains("enum")) {
    const auto& all = names->as_array();
    if (std::find(all.begin(), all.end(), value) == all.end())
      return json::serialize(value) + " is not listed";
  }
  if (value.is_object()) return misfit_object(value.as_object(), schema);
  if (value.is_array() && schema.contains("items")) {
    for (const auto& item : value.as_array())
      if (auto wrong = misfit(item, schema.at("items").as_object()); !wrong.empty()) return wrong;
  }
  return {};
}

std::string kind_of(const json::value& event) {
  return std::string(event.at("kind").as_string());
}

void expect_fits(const json::value& event) {
  const auto* message = messages().if_contains(kind_of(event));
  ASSERT_NE(message, nullptr) << kind_of(event) << " is not in docs/asyncapi.json";
  EXPECT_EQ(misfit(event, message->at("payload").as_object()), "") << json::serialize(event);
}

std::string audience_of(const std::string& kind) {
  return std::string(messages().at(kind).at("x-audience").as_string());
}

std::set<std::string> kinds_for(std::string_view audience) {
  std::set<std::string> out;
  for (const auto& [name, message] : messages()) {
    const auto* whose = message.as_object().if_contains("x-audience");
    if (whose != nullptr && whose->as_string() == audience) out.emplace(name);
  }
  return out;
}

// A room in which everything happens, and somebody who takes no part in it sees and keeps all that comes.
class EverythingHappens : public ::testing::Test {
 protected:
  static constexpr std::string_view kBuyer = "usr_0000000000002";
  // What a bystander must never see, under names that are found in any text.
  static constexpr std::array<std::string_view, 5> kSecrets{"gst_5ecre70000000", "203.0.113.77",
                                                            "SECRET-REASON", "ord_0000000000777", "31337"};

  EverythingHappens() : bystander(house, "gst_0000000000001", 0), buyer(house, std::string(kBuyer), 1) {
    buyer.who().guest = kSecrets[0];
    buyer.who().address = kSecrets[1];
    check(bystander.connect().ok() && buyer.connect().ok(), "both get in");
  }

  void until(TestViewer& viewer, std::string_view kind, std::vector<json::object>& kept) {
    viewer.until([&](const json::object& event) {
      kept.push_back(event);
      return event.at("kind").as_string() == kind;
    });
  }
  void at_home(std::function<void(Room&)> use) {
    const auto handle = house.room();
    std::promise<void> done;
    handle->home().post([&] {
      use(*handle->room());
      done.set_value();
    });
    done.get_future().wait();
  }
  OrderChanged order() {
    OrderChanged out;
    out.order = *OrderId::parse(kSecrets[3]);
    out.state = "paid";
    out.buyer = *AccountId::parse(kBuyer);
    out.buyer_masked = "b***1";
    out.room = "demo";
    out.product = ProductId{9};
    out.total.amount = 31'337;
    return out;
  }

  // A question of the buyer's is shown and pinned, a coupon dropped and claimed.
  void ask_and_drop() {
    QuestionService questions(*house.context, *house.service);
    Core& core = house.cores.at(0);
    ASSERT_TRUE(wait_on(core, questions.set_open("demo", true)));
    until(bystander, "questions", seen);
    const ChatAuthor asker{.id = std::string(kBuyer),
                           .name = "B",
                           .role = {},
                           .guest = std::string(kSecrets[0]),
                           .address = std::string(kSecrets[1])};
    const auto asked = wait_on(core, questions.ask("demo", asker, "does it fit?", {"t", "question", "d"}));
    const auto* made = std::get_if<AskedQuestion>(&asked);
    ASSERT_NE(made, nullptr);
    ASSERT_TRUE(wait_on(core, questions.move(made->question.id, QuestionStep::show, {})));
    ASSERT_TRUE(wait_on(core, questions.pin(made->question.id, true)));
    until(bystander, "question", seen);
    until(buyer, "own_question", told);
    TestPurchases shop;
    shop.card = {
        .coupon = CouponId{9}, .name = "Ten off", .room = "demo", .state = "active", .quota = 5, .left = 5};
    shop.card.off = {.kind = "percent", .percent = 15, .cap = Money{2'000, {}}};
    shop.card.claim_to_ms = house.clock.wall().ms + 60'000;
    CouponDropService drops(*house.context, *house.service);
    drops.set_purchases(shop);
    ASSERT_TRUE(wait_on(core, drops.drop("demo", {9}, Milliseconds(30'000), {"t", "drop", "d"})));
    until(bystander, "coupon", seen);
    CouponChanged changed{.coupon = CouponId{9}, .name = "Ten off", .room = "demo", .state = "active"};
    changed.left = 4;
    changed.version = 2;
    house.emit(changed);
    bystander.until([&](const json::object& event) {
      seen.push_back(event);
      return event.contains("coupons") && event.at("kind") == "state";
    });
    TestViewer late(house, "gst_0000000000003", 0);
    ASSERT_TRUE(late.connect());
    until(late, "snapshot", seen);
  }

  TestHouse house;
  TestViewer bystander;
  TestViewer buyer;
  std::vector<json::object> seen;  // by the bystander
  std::vector<json::object> told;  // to the buyer
};

TEST_F(EverythingHappens, EveryEventFitsTheDocumentAndTheRoomsHaveNothingPersonal) {
  until(bystander, "snapshot", seen);
  until(buyer, "snapshot", told);
  buyer.say("a line");
  until(bystander, "chat", seen);
  const auto line = MessageId::parse(std::string(seen.back().at("id").as_string()));
  ASSERT_TRUE(line);
  ASSERT_TRUE(wait_on(house.cores.at(0), house.service->delete_message("demo", *line)));
  until(bystander, "chat_deleted", seen);
  house.emit(
      ProductShown{.room = "demo", .product = ProductId{9}, .at_ms = 1, .media = MediaTimeDto{1, 90'000}});
  until(bystander, "product_shown", seen);
  house.emit(ProductHidden{.room = "demo", .product = ProductId{9}, .at_ms = 1, .media = {}});
  until(bystander, "product_hidden", seen);
  house.emit(PriceRevealed{
      .room = "demo", .product = ProductId{9}, .version = 2, .at_ms = 1, .media = MediaTimeDto{1, 90'000}});
  until(bystander, "price_revealed", seen);
  house.change_showcase(3);
  until(bystander, "showcase_changed", seen);
  house.emit(CapabilitiesChanged{.selling = true, .chat = true, .version = 2});
  until(bystander, "capabilities", seen);
  house.emit(order());
  until(bystander, "notice", seen);
  const FlashSaleId sale{77};
  house.emit(FlashSaleChanged{.sale = sale,
                              .room = "demo",
                              .version = 2,
                              .state = "open",
                              .items = {{.sku = SkuId{5}, .product = ProductId{9}, .units = 1}}});
  until(bystander, "flash_sale", seen);
  FlashStockChanged grabbed{
      .sale = sale, .room = "demo", .sku = SkuId{5}, .product = ProductId{9}, .units = 1, .version = 2};
  grabbed.grabs = {{*OrderId::parse(kSecrets[3]), *AccountId::parse(kBuyer), "b***1", {31'337, {}}, 5}};
  house.emit(grabbed);
  grabbed = {.sale = sale,
             .room = "demo",
             .sku = SkuId{5},
             .product = ProductId{9},
             .units = 1,
             .sold = 1,
             .version = 3};
  house.emit(grabbed);
  until(bystander, "flash_sold_out", seen);
  at_home([](Room& room) { room.set_live(true); });
  until(bystander, "live", seen);
  house.media.state = StreamState::live;
  house.sessions->stream_changed(house.room());
  until(bystander, "session", seen);
  PollService polls(*house.context, *house.service);
  const auto poll =
      wait_on(house.cores.at(0), polls.make("demo", "Which?", {"red", "blue"}, {"t", "poll", "d"}));
  ASSERT_TRUE(poll && wait_on(house.cores.at(0), polls.open(poll->poll.id)));
  until(bystander, "poll", seen);
  ASSERT_TRUE(wait_on(house.cores.at(0), polls.vote(poll->poll.id, std::string(kSecrets[0]), 1)));
  bystander.until([&](const json::object& event) {
    seen.push_back(event);
    return event.contains("polls");
  });
  ask_and_drop();
  ASSERT_TRUE(wait_on(house.cores.at(0), house.service->change("demo", "New title", std::nullopt)));
  until(bystander, "room_changed", seen);
  ChatSettings slow;
  slow.slow_mode_s = 30;
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->set_chat_settings("demo", slow)));
  until(bystander, "chat_limits", seen);
  const auto handle = house.room();
  at_home([&](Room& room) { room.resolve(handle->reserve().seq, std::nullopt); });
  until(bystander, "void", seen);
  at_home([](Room& room) { room.set_stock(SkuId{5}, {.free = 3, .held = 1, .version = 2}); });
  until(bystander, "state", seen);
  buyer.send(R"({"kind":"ping","t":7})");
  until(buyer, "pong", told);
  buyer.send(R"({"kind":"dance"})");
  until(buyer, "error", told);

  std::set<std::string> kinds;
  for (const auto& event : seen) {
    expect_fits(event);
    const std::string kind = kind_of(event);
    const std::string text = json::serialize(event);
    for (const std::string_view secret : kSecrets) EXPECT_EQ(text.find(secret), std::string::npos) << text;
    if (audience_of(kind) == "room") kinds.insert(kind);
    EXPECT_TRUE(audience_of(kind) == "room" || kind == "snapshot") << text;
  }
  EXPECT_EQ(kinds, kinds_for("room")) << "each kind that goes to the room has been walked through here";
  for (const auto& event : told) expect_fits(event);
}

// The rest of what one viewer gets, and texts that only a function writes.
TEST(Protocol, WhatIsForOneViewerFitsTheDocument) {
  const Mute mute{.account = "gst_0000000000001", .name = "N", .until = {5}, .reason = "R"};
  const ChatLine line{
      .id = {}, .from = {.id = "usr_1", .name = "N", .role = Role::host}, .text = "T", .at = {5}};
  const OrderChanged order;
  const std::vector<std::string> events = {resumed_event({1, 2}, {5}),
                                           gap_event({1, 2}),
                                           own_chat_event(line),
                                           muted_event(mute),
                                           ack_event("r", {}),
                                           error_event("r", room_error("rooms.too_fast"), 500),
                                           pong_event(7, {5}),
                                           order_event(to_json(order).as_object()),
                                           own_question_event({.state = QuestionState::answered}),
                                           flash_turn_event(FlashSaleId{77}, SkuId{5}, 5),
                                           held_event("r", {}),
                                           held_dropped_event({}),
                                           outside_event("trial_over", {}, ""),
                                           outside_event("signed_out", {}, ""),
                                           outside_event("banned", {5}, "R")};
  std::set<std::string> kinds = {"snapshot"};  // walked through above
  for (const std::string& text : events) {
    const auto event = json::parse(text);
    expect_fits(event);
    kinds.insert(kind_of(event));
  }
  EXPECT_EQ(kinds, kinds_for("one"));
}

// An event that somebody adds to the code and not to the document is found here.
TEST(Protocol, EveryKindTheSourceWritesIsInTheDocument) {
  const std::regex kind(R"re(\{"kind", "([a-z_]+)"\}|"kind":"([a-z_]+)"|_json\("([a-z_]+)")re");
  std::set<std::string> found;
  const std::string source = text_of_file(VITRINE_SOURCE_DIR "/src/rooms/room_events.cc");
  for (std::sregex_iterator at(source.begin(), source.end(), kind), end; at != end; ++at) {
    for (size_t group = 1; group <= 3; ++group)
      if ((*at)[group].matched) found.insert((*at)[group]);
  }
  EXPECT_GE(found.size(), 15u) << "the expression still reads the source";
  for (const std::string& name : found)
    EXPECT_TRUE(messages().contains(name)) << name << " is not in docs/asyncapi.json";
}

TEST(Protocol, EverySlugHasItsRowAndItsAction) {
  const auto& schemas = document().at("components").at("schemas").as_object();
  std::set<std::string> listed;
  for (const auto& slug : schemas.at("error_slug").at("enum").as_array()) listed.emplace(slug.as_string());
  std::set<std::string> rows;
  for (const RoomError& error : room_errors()) {
    rows.emplace(error.slug);
    EXPECT_EQ(misfit(json::value(error.action), schemas.at("action").as_object()), "") << error.slug;
    EXPECT_TRUE(error.detail.ends_with('.')) << error.slug;
  }
  EXPECT_EQ(rows, listed);
  // Whatever the room refuses a line with has a row.
  const std::regex refusal(R"re((?:ChatRefusal|strike\(talker, )\{"(rooms\.[a-z_]+)")re");
  for (const auto& file : std::filesystem::directory_iterator(VITRINE_SOURCE_DIR "/src/rooms")) {
    if (file.path().extension() != ".cc" || file.path().string().ends_with("_test.cc")) continue;
    const std::string source = text_of_file(file.path());
    for (std::sregex_iterator at(source.begin(), source.end(), refusal), end; at != end; ++at)
      EXPECT_TRUE(rows.contains((*at)[1])) << (*at)[1] << " of " << file.path();
  }
}

TEST(Protocol, WhatAPageMaySayIsUnderstood) {
  int examples = 0;
  for (const auto& [name, message] : messages()) {
    if (message.as_object().contains("x-audience")) continue;
    for (const auto& example : message.at("examples").as_array()) {
      const auto& payload = example.at("payload");
      EXPECT_EQ(misfit(payload, message.at("payload").as_object()), "");
      EXPECT_TRUE(parse_message(json::serialize(payload))) << name;
      ++examples;
    }
  }
  EXPECT_EQ(examples, 3);
}

}  // namespace
}  // namespace vitrine
