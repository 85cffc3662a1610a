// Coupons dropped into a room: a card for everybody, with what is left, for as long as it can be claimed.
#include <gtest/gtest.h>

#include "rooms/coupon_drop_service.h"
#include "rooms/test_house.h"

namespace vitrine {
namespace {

class CouponDrops : public ::testing::Test {
 protected:
  CouponDrops() {
    house.room();
    shop.card = {.coupon = CouponId{9},
                 .name = "Ten off",
                 .room = "demo",
                 .state = "active",
                 .off = {.kind = "amount", .amount = Money{1'000, {}}, .threshold = {5'000, {}}},
                 .quota = 100,
                 .left = 40,
                 .claim_from_ms = 1,
                 .claim_to_ms = house.clock.wall().ms + 3'600'000,
                 .version = 3};
    begin();
  }
  void begin() {
    service = std::make_unique<CouponDropService>(*house.context, *house.service);
    service->set_purchases(shop);
  }
  Result<DroppedCoupon> drop(const std::string& key = "k", int64_t seconds = 120) {
    return run(service->drop("demo", shop.card.coupon, std::chrono::seconds(seconds), {"t", key, "d"}));
  }
  template <class T>
  T run(Task<T> task) {
    return wait_on(house.cores.at(0), std::move(task));
  }
  void coupon_changed(int64_t left, std::string state, int64_t version) {
    CouponChanged event{.coupon = shop.card.coupon, .name = "Ten off", .room = "demo"};
    event.state = std::move(state);
    event.left = left;
    event.version = version;
    house.emit(event);
  }

  TestHouse house;
  TestPurchases shop;
  std::unique_ptr<CouponDropService> service;
};

TEST_F(CouponDrops, EverybodySeesTheCardAndWhatIsLeft) {
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  const auto dropped = drop();
  ASSERT_TRUE(dropped);
  const auto card = viewer.until("coupon");
  EXPECT_EQ(card.at("state").as_string(), "shown");
  EXPECT_EQ(card.at("off").at("amount").at("amount"), 1'000);
  EXPECT_EQ(card.at("ends_at_ms").as_int64(), dropped->drop.ends.ms);
  coupon_changed(39, "active", 4);
  const auto state = viewer.until([](const auto& event) { return event.contains("coupons"); });
  if (state.at("kind") == "state") EXPECT_EQ(state.at("coupons").at(0).at("left"), 39);
  coupon_changed(39, "paused", 5);
  viewer.until([](const auto& event) {
    return event.at("kind") == "state" && event.contains("coupons") &&
           event.at("coupons").at(0).at("open") == false;
  });
}

TEST_F(CouponDrops, TheSameRequestTwiceIsOneCard) {
  ASSERT_TRUE(drop("once"));
  const auto again = drop("once");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
}

TEST_F(CouponDrops, WhatNobodyCouldClaimIsNotShown) {
  EXPECT_EQ(run(service->drop("nowhere", {9}, std::chrono::seconds(60), {"t", "a", "d"})).error().reason,
            "rooms.room");
  EXPECT_EQ(run(service->drop("demo", {8}, std::chrono::seconds(60), {"t", "b", "d"})).error().reason,
            "shop.coupon");
  const CouponCard good = shop.card;
  shop.card.room = "other";
  EXPECT_EQ(drop("c").error().reason, "rooms.coupon_elsewhere");
  shop.card = good;
  shop.card.state = "paused";
  EXPECT_EQ(drop("d").error().reason, "rooms.coupon_closed");
  shop.card = good;
  shop.card.left = 0;
  EXPECT_EQ(drop("e").error().reason, "rooms.coupon_closed");
  shop.card = good;
  shop.card.claim_to_ms = house.clock.wall().ms - 1;
  EXPECT_EQ(drop("f").error().reason, "rooms.coupon_closed");
}

TEST_F(CouponDrops, ACardLastsNoLongerThanTheCoupon) {
  shop.card.claim_to_ms = house.clock.wall().ms + 30'000;
  EXPECT_EQ(drop()->drop.ends.ms, shop.card.claim_to_ms);
}

TEST_F(CouponDrops, IsThereAfterARestartUntilItIsTakenBack) {
  ASSERT_TRUE(drop());
  coupon_changed(12, "active", 8);
  TestViewer first(house, "gst_0000000000001");
  ASSERT_TRUE(first.connect());
  first.until([](const auto& event) {
    const bool whole = event.at("kind") == "snapshot" && event.at("coupons").at(0).at("left") == 12;
    return whole || (event.at("kind") == "state" && event.contains("coupons"));
  });
  first.disconnect();
  house.restart();
  begin();
  ASSERT_TRUE(run(service->load()));
  TestViewer viewer(house, "gst_0000000000002");
  ASSERT_TRUE(viewer.connect());
  const auto coupons = viewer.until("snapshot").at("coupons").as_array();
  ASSERT_EQ(coupons.size(), 1u);
  EXPECT_EQ(coupons[0].at("name"), "Ten off");
  EXPECT_EQ(coupons[0].at("left"), 12);
  ASSERT_TRUE(run(service->withdraw("demo", {9})));
  EXPECT_EQ(viewer.until("coupon").at("state").as_string(), "withdrawn");
  EXPECT_EQ(run(service->withdraw("demo", {9})).error().reason, "rooms.coupon_drop");
}

TEST_F(CouponDrops, IsInTheTimelineOfTheSession) {
  house.media.state = StreamState::live;
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  house.sessions->stream_changed(house.room());
  viewer.until(
      [](const auto& event) { return event.at("kind") == "session" && event.at("state") == "live"; });
  ASSERT_TRUE(drop());
  viewer.until("coupon");
  const auto session = house.context->lives.newest("demo");
  const auto page = run(house.sessions->timeline(*session, {}, 100));
  ASSERT_TRUE(page);
  const bool found = std::any_of(page->items.begin(), page->items.end(), [](const auto& item) {
    return item.body.find(R"("kind":"coupon")") != std::string::npos;
  });
  EXPECT_TRUE(found);
}

TEST_F(CouponDrops, OneOfARehearsalEndsWithIt) {
  const auto rehearsal = run(house.sessions->schedule("demo", {.practice = true}, {"t", "p", "d"}));
  ASSERT_TRUE(rehearsal);
  ASSERT_TRUE(drop());
  ASSERT_TRUE(run(house.sessions->step(rehearsal->session.id, LiveStep::end)));
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  EXPECT_TRUE(viewer.until("snapshot").at("coupons").as_array().empty());
}

}  // namespace
}  // namespace vitrine
