// A room as its viewers see it: what a newcomer gets, what one who comes back gets, and what only one
// of them gets.
#include "rooms/room.h"

#include "rooms/test_house.h"

namespace vitrine {
namespace {

constexpr std::string_view kGuest = "gst_0000000000001";
constexpr std::string_view kBuyer = "usr_0000000000002";

TEST(Room, ANewcomerGetsThePictureAndTheLastLines) {
  TestHouse house;
  TestViewer first(house, std::string(kGuest));
  ASSERT_TRUE(first.connect());
  for (int line = 0; line < 60; ++line) first.say("line " + std::to_string(line));
  house.change_showcase(7);
  first.until("showcase_changed");

  TestViewer second(house, std::string(kBuyer), 0);
  ASSERT_TRUE(second.connect());
  const auto snapshot = second.until("snapshot");
  EXPECT_EQ(snapshot.at("title"), "A title");
  EXPECT_EQ(snapshot.at("showcase_version"), 7);
  EXPECT_EQ(snapshot.at("online"), 2);
  EXPECT_EQ(snapshot.at("you").at("kind"), "buyer");
  EXPECT_EQ(snapshot.at("limits").at("chat_chars"), 200);
  EXPECT_EQ(second.page.chat.size(), 50u);
  EXPECT_EQ(second.page.chat.back(), "line 59");
  EXPECT_EQ(*second.page.position, *first.page.position);
}

TEST(Room, WhoComesBackGetsExactlyWhatWasMissed) {
  TestHouse house;
  TestViewer speaker(house, std::string(kBuyer), 0);
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(speaker.connect());
  ASSERT_TRUE(viewer.connect());
  speaker.say("before");
  viewer.until("chat");
  viewer.disconnect();
  speaker.say("missed one");
  house.change_showcase(1);
  speaker.until("showcase_changed");
  ASSERT_TRUE(viewer.connect());
  viewer.page.everything.clear();
  viewer.until("showcase_changed");
  EXPECT_EQ(viewer.page.everything, (std::vector<std::string>{"resumed", "chat", "showcase_changed"}));
  EXPECT_EQ(viewer.page.chat, (std::vector<std::string>{"before", "missed one"}));
  EXPECT_EQ(viewer.page.doubled + viewer.page.holes, 0);
}

TEST(Room, WhoMissedALotGetsItInFramesTheRingCanSend) {
  TestHouse house;
  TestViewer speaker(house, std::string(kBuyer), 0);
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(speaker.connect());
  ASSERT_TRUE(viewer.connect());
  viewer.until("snapshot");
  viewer.disconnect();
  std::string longest;
  for (int character = 0; character < 196; ++character) longest += "\xE4\xBD\xA0";
  for (int line = 0; line < 1'500; ++line) speaker.say(std::to_string(1'000 + line) + longest);
  speaker.until_position({1, 1'500});
  ASSERT_TRUE(viewer.connect());
  viewer.until_position(*speaker.page.position);
  EXPECT_EQ(viewer.page.chat.size(), 1'500u) << "1.3 MB of them";
  EXPECT_EQ(viewer.page.holes, 0);
}

TEST(Room, AfterARestartControlEventsComeOnceAndChatFromTheHistory) {
  TestHouse house;
  auto viewer = std::make_unique<TestViewer>(house, std::string(kGuest));
  ASSERT_TRUE(viewer->connect());
  viewer->say("kept");
  house.change_showcase(1);
  viewer->until("showcase_changed");
  viewer->disconnect();
  house.change_showcase(2);
  house.restart();
  house.change_showcase(3);
  ASSERT_TRUE(viewer->connect());
  while (viewer->page.showcases.size() < 3) viewer->until("showcase_changed");
  EXPECT_EQ(viewer->page.showcases, (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(viewer->page.chat, std::vector<std::string>{"kept"});
  EXPECT_EQ(viewer->page.position->epoch, 2);
  EXPECT_EQ(viewer->page.doubled + viewer->page.holes, 0);
}

TEST(Room, ChatRefusalsSayWhich) {
  TestHouse house;
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(viewer.connect());
  viewer.until("snapshot");
  const auto refusal = [&](const std::string& text) {
    viewer.say(text);
    return std::string(viewer.until("error").at("slug").as_string());
  };
  EXPECT_EQ(refusal("  \n "), "rooms.text_empty");
  EXPECT_EQ(refusal(std::string(201, 'x')), "rooms.text_too_long");
  ChatSettings settings;
  settings.words = {"Bad Word"};
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->set_chat_settings("demo", settings)));
  EXPECT_EQ(refusal("ｂａｄ-w o r d!"), "rooms.word_blocked");
  house.mute(std::string(kGuest), Milliseconds(60'000), "shouting");
  EXPECT_EQ(viewer.until("muted").at("reason"), "shouting");
  viewer.say("hello");
  const auto muted = viewer.until("error");
  EXPECT_EQ(muted.at("slug"), "rooms.muted");
  EXPECT_GT(muted.at("retry_after_ms").as_int64(), 50'000);
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->lift("demo", SanctionScope::room,
                                                                SanctionKind::mute, std::string(kGuest))));
  EXPECT_LE(viewer.until("muted").at("until_ms").as_int64(), house.clock.wall().ms);
  house.configure(test_config(2'000));
  for (int line = 0; line < 3; ++line) viewer.say("a burst of three is fine " + std::to_string(line));
  viewer.say("four is not");
  const auto fast = viewer.until("error");
  EXPECT_EQ(fast.at("slug"), "rooms.too_fast");
  EXPECT_LE(fast.at("retry_after_ms").as_int64(), 2'000);
  viewer.send("{\"kind\":\"dance\"}");
  EXPECT_EQ(viewer.until("error").at("slug"), "rooms.message");
  house.emit(CapabilitiesChanged{.selling = true, .chat = false, .version = 1});
  viewer.until("capabilities");
  viewer.say("anybody?");
  EXPECT_EQ(viewer.until("error").at("slug"), "rooms.chat_off");
}

TEST(Room, AStreamThatBeginsWhileItsRoomOpensIsSeenLive) {
  TestHouse house;
  house.media.live_after = 1;  // idle when the room is made, live when others can find it
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(viewer.connect());
  EXPECT_EQ(viewer.until("snapshot").at("live"), true);
}

TEST(Room, AMutedGuestStaysMutedAfterSigningIn) {
  TestHouse house;
  TestViewer viewer(house, std::string(kBuyer));
  viewer.who().guest = kGuest;
  house.room();
  const WallTime until = house.mute(std::string(kGuest), Milliseconds(60'000), "spam");
  ASSERT_TRUE(viewer.connect());
  EXPECT_EQ(viewer.until("snapshot").at("you").at("muted_until_ms"), until.ms);
  viewer.say("it is me again");
  EXPECT_EQ(viewer.until("error").at("slug"), "rooms.muted");
}

TEST(Room, WhatStaffDecidedHoldsAfterARestart) {
  TestHouse house;
  const RoomHandlePtr room = house.room();
  const WallTime now = house.clock.wall();
  const Sanction ban{.kind = SanctionKind::ban,
                     .scope = SanctionScope::site,
                     .account = std::string(kGuest),
                     .name = {},
                     .until = now + Milliseconds(60'000),
                     .reason = "fraud",
                     .by = "Mod",
                     .at = now};
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->sanction("demo", ban, {"test", "key", "digest"})));
  const RoomRoleRow role{"demo", std::string(kBuyer), "Xiao", RoomRole::assistant, "Mod", now};
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->set_role(role)));
  ChatSettings settings;
  settings.slow_mode_s = 30;
  ASSERT_TRUE(wait_on(house.cores.at(0), house.moderation->set_chat_settings("demo", settings)));
  house.mute(std::string(kBuyer), Milliseconds(60'000), "loud");
  house.restart();
  EXPECT_EQ(house.context->doors.ask("demo", {.id = std::string(kGuest)}).state, EntryState::banned);
  EXPECT_EQ(house.context->roles.find("demo", std::string(kBuyer)), RoomRole::assistant);
  TestViewer viewer(house, std::string(kBuyer));
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_EQ(snapshot.at("limits").at("slow_mode_s"), 30);
  EXPECT_FALSE(snapshot.at("you").at("muted_until_ms").is_null());
}

TEST(Room, ManyGuestsOfOneAddressShareAPace) {
  TestHouse house;
  house.configure(test_config(2'000));
  const auto refusals = [&](const std::string& address, const std::string& kind) {
    int refused = 0;
    for (int number = 100; number < 120; ++number) {
      TestViewer viewer(house, kind + "_0000000000" + std::to_string(number));
      viewer.who().address = address;
      check(viewer.connect().ok(), "a room to speak in");
      for (int line = 0; line < 3; ++line) viewer.say("buy elsewhere " + std::to_string(line));
      for (int line = 0; line < 3; ++line) {
        const auto answer = viewer.until([](const boost::json::object& event) {
          return event.at("kind") == "ack" || event.at("kind") == "error";
        });
        refused += answer.at("kind") == "error" ? 1 : 0;
      }
    }
    return refused;
  };
  EXPECT_EQ(refusals({}, "usr"), 0) << "signed in: each keeps its own pace";
  EXPECT_GE(refusals("198.51.100.7", "gst"), 20) << "thirty lines at once, then five a second";
}

Task<bool> is_refused(RoomHandlePtr handle) {
  const auto said = handle->room()->say({std::string(kGuest), "Somebody", std::nullopt}, "too late");
  co_return std::holds_alternative<ChatRefusal>(said);
}

TEST(Room, AClosedRoomDoesNotPretendToTakeALine) {
  TestHouse house;
  const RoomHandlePtr handle = house.room();
  wait_on(house.cores.at(0), house.service->drain());
  EXPECT_TRUE(wait_on(handle->home(), is_refused(handle)));
}

TEST(Room, StaffKeepNoPaceAndShowTheirRole) {
  TestHouse house;
  house.configure(test_config(60'000));
  TestViewer host(house, std::string(kGuest));
  host.who().role = Role::host;
  ASSERT_TRUE(host.connect());
  for (int line = 0; line < 10; ++line) host.say("welcome");
  while (host.page.chat.size() < 10) EXPECT_EQ(host.until("chat").at("from").at("role"), "host");
}

TEST(Room, AnOrderReachesItsBuyerAloneAndEverybodyHearsAMaskedName) {
  TestHouse house;
  TestViewer buyer(house, std::string(kBuyer), 0);
  TestViewer other(house, "usr_0000000000003");
  ASSERT_TRUE(buyer.connect());
  ASSERT_TRUE(other.connect());
  OrderChanged order;
  order.order = house.ids.next<OrderId>();
  order.state = "paid";
  order.buyer = *AccountId::parse(kBuyer);
  order.buyer_masked = "b***1";
  order.room = "demo";
  order.product = house.ids.next<ProductId>();
  order.total = {990, {}};
  house.emit(order);
  EXPECT_EQ(buyer.until("order").at("order"), boost::json::value(order.order.str()));
  EXPECT_EQ(other.until("notice").at("name"), "b***1");
  other.say("still here");
  other.until("ack");
  EXPECT_EQ(std::count(other.page.everything.begin(), other.page.everything.end(), "order"), 0);
}

TEST(Room, ADeletedLineLeavesEveryScreenAndTheHistory) {
  TestHouse house;
  TestViewer speaker(house, std::string(kBuyer), 0);
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(speaker.connect());
  ASSERT_TRUE(viewer.connect());
  speaker.say("a secret");
  const auto id = MessageId::parse(std::string_view(speaker.until("ack").at("id").as_string()));
  ASSERT_TRUE(id);
  ASSERT_TRUE(wait_on(house.cores.at(0), house.service->delete_message("demo", *id)));
  EXPECT_EQ(viewer.until("chat_deleted").at("id"), boost::json::value(id->str()));
  EXPECT_EQ(speaker.until("chat_deleted").at("id"), boost::json::value(id->str()));
  EXPECT_EQ(wait_on(house.cores.at(0), house.service->delete_message("demo", *id)).error().reason,
            "rooms.message");
  speaker.disconnect();
  viewer.disconnect();
  house.restart();
  TestViewer newcomer(house, "gst_0000000000009");
  ASSERT_TRUE(newcomer.connect());
  newcomer.until("snapshot");
  EXPECT_TRUE(newcomer.page.chat.empty());
}

TEST(Room, LikesAndStockAreStateAndOutliveARestart) {
  TestHouse house;
  const auto sku = house.ids.next<SkuId>();
  {
    TestViewer viewer(house, std::string(kGuest));
    ASSERT_TRUE(viewer.connect());
    viewer.send(R"({"kind":"like","count":12})");
    house.emit(StockChanged{.sku = sku, .rooms = {"demo"}, .free = 4, .held = 1, .version = 9});
    viewer.until([](const auto& event) { return event.at("kind") == "state" && event.at("likes") == 12; });
    house.emit(StockChanged{.sku = sku, .rooms = {"demo"}, .free = 9, .held = 0, .version = 8});
    house.change_showcase(1);
    viewer.until("showcase_changed");
  }
  house.restart();
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_EQ(snapshot.at("likes"), 12);
  EXPECT_EQ(snapshot.at("stock").as_array().at(0).at("free"), 4) << "the older version is not believed";
}

FlashSaleChanged flash_sale(FlashSaleId sale, SkuId sku, std::string state, int64_t version) {
  return {.sale = sale,
          .room = "demo",
          .version = version,
          .state = std::move(state),
          .items = {{.sku = sku,
                     .product = ProductId{9},
                     .name = "Mug",
                     .price = {500, {}},
                     .list_price = {990, {}},
                     .units = 3}}};
}

TEST(Room, AFlashSaleIsACardForEverybodyItsTurnsAreForOne) {
  TestHouse house;
  const auto sale = house.ids.next<FlashSaleId>();
  const auto sku = house.ids.next<SkuId>();
  const AccountId buyer{77};
  {
    TestViewer viewer(house, std::string(kGuest));
    TestViewer own(house, buyer.str());
    ASSERT_TRUE(viewer.connect());
    ASSERT_TRUE(own.connect());
    house.emit(flash_sale(sale, sku, "open", 3));
    const auto card = viewer.until("flash_sale");
    EXPECT_EQ(card.at("state"), "open");
    EXPECT_EQ(card.at("items").as_array().at(0).at("price").at("amount"), 500);
    FlashStockChanged stock{.sale = sale,
                            .room = "demo",
                            .sku = sku,
                            .product = ProductId{9},
                            .units = 3,
                            .free = 2,
                            .held = 1,
                            .version = 2};
    stock.grabs = {{OrderId{5}, buyer, "b***1", {500, {}}, 1'000}};
    house.emit(stock);
    EXPECT_EQ(own.until("order").at("state"), "pending_payment");
    const auto state = viewer.until([](const auto& event) { return event.contains("flash_stock"); });
    EXPECT_EQ(state.at("flash_stock").as_array().at(0).at("held"), 1);
    EXPECT_EQ(viewer.until("notice").at("text_key"), "grabbed");
    house.emit(FlashTurnCame{sale, sku, buyer, 15'000});
    EXPECT_EQ(own.until("flash_turn").at("until_ms"), 15'000);
    stock = {.sale = sale,
             .room = "demo",
             .sku = sku,
             .product = ProductId{9},
             .units = 3,
             .sold = 3,
             .version = 7};
    house.emit(stock);
    EXPECT_EQ(viewer.until("flash_sold_out").at("sku"), boost::json::value(sku.str()));
  }
  house.restart();
  TestViewer viewer(house, std::string(kGuest));
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_EQ(snapshot.at("flash_sales").as_array().at(0).at("sale"), boost::json::value(sale.str()));
  EXPECT_EQ(snapshot.at("flash_stock").as_array().at(0).at("sold"), 3);
  house.emit(flash_sale(sale, sku, "settled", 5));
  viewer.until("flash_sale");
  TestViewer late(house, "gst_0000000000009");
  ASSERT_TRUE(late.connect());
  const auto after = late.until("snapshot");
  EXPECT_TRUE(after.at("flash_sales").as_array().empty()) << "a settled sale is nobody's card";
  EXPECT_TRUE(after.at("flash_stock").as_array().empty());
}

}  // namespace
}  // namespace vitrine
