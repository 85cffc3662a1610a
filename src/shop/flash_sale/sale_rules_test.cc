// A flash sale's states, its clock and its refusals, as tables.
#include "shop/flash_sale/sale_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

constexpr int64_t kStart = 1'000'000;
const SalePlan kPlan{.starts = WallTime{kStart},
                     .preheat = Milliseconds(60'000),
                     .open_delay = Milliseconds(3'000),
                     .duration = Milliseconds(600'000)};
const SaleTimes kTimes = times_of(WallTime{kStart}, kPlan);

TEST(SaleRules, OpensAfterTheDelayAndPreheatsBeforeTheOpening) {
  EXPECT_EQ(kTimes.opens.ms, kStart + 3'000);
  EXPECT_EQ(kTimes.preheat.ms, kStart - 57'000);
  EXPECT_EQ(kTimes.ends.ms, kStart + 603'000);
}

TEST(SaleRules, TimeMakesTheStateWhateverIsStored) {
  struct Case {
    SaleState stored;
    int64_t at;
    SaleState now;
  };
  using enum SaleState;
  for (const Case& one : {
           Case{draft, kStart + 3'000, draft},
           Case{scheduled, kStart - 57'001, scheduled},
           Case{scheduled, kStart - 57'000, preheat},
           Case{scheduled, kStart + 3'000, open},
           Case{preheat, kStart + 2'999, preheat},
           Case{preheat, kStart + 3'000, open},
           Case{open, kStart + 602'999, open},
           Case{open, kStart + 603'000, ended},
           Case{paused, kStart + 602'999, paused},
           Case{paused, kStart + 603'000, ended},
           Case{scheduled, kStart + 603'000, ended},
           Case{ended, kStart, ended},
           Case{settled, kStart, settled},
       }) {
    EXPECT_EQ(state_at(one.stored, kTimes, WallTime{one.at}), one.now)
        << name_of(one.stored) << " at " << one.at - kStart;
  }
}

TEST(SaleRules, StatesOnlyMoveForwardButForThePause) {
  using enum SaleState;
  const auto all = {draft, scheduled, preheat, open, paused, ended, settled};
  for (const SaleState from : all) {
    for (const SaleState to : all) {
      if (!may_follow(from, to)) continue;
      EXPECT_TRUE(from < to || (from == paused && to == open)) << name_of(from) << " to " << name_of(to);
    }
  }
  EXPECT_FALSE(may_follow(draft, ended)) << "a draft is removed, not ended";
  EXPECT_FALSE(may_follow(ended, open));
  EXPECT_FALSE(may_follow(open, settled));
}

GrabFacts facts() {
  return {.state = SaleState::open,
          .times = kTimes,
          .per_buyer = 2,
          .per_order = 2,
          .buyer_units = 0,
          .price = {500, {}},
          .pool = {.free = 3, .held = 2, .sold = 5},
          .kept = 0};
}
GrabWish wish(int64_t units) {
  return {.units = units, .total = {500 * units, {}}, .received = WallTime{kStart + 10'000}};
}
std::string_view refused(const GrabWish& wish, const GrabFacts& facts) {
  const auto refusal = refuse_grab(wish, facts);
  return refusal ? refusal->error.reason : "";
}

TEST(SaleRules, EachRefusalSaysWhich) {
  EXPECT_EQ(refused(wish(1), facts()), "");
  GrabWish early = wish(1);
  early.received = WallTime{kStart + 2'999};
  GrabFacts waiting = facts();
  waiting.state = SaleState::preheat;
  EXPECT_EQ(refused(early, waiting), "shop.not_started");
  early.received = WallTime{kStart + 3'000};
  EXPECT_EQ(refused(early, waiting), "") << "the receive time decides, not the row";
  GrabWish late = wish(1);
  late.received = WallTime{kStart + 603'000};
  EXPECT_EQ(refused(late, facts()), "shop.ended");
  GrabFacts paused = facts();
  paused.state = SaleState::paused;
  EXPECT_EQ(refused(wish(1), paused), "shop.paused");
  EXPECT_EQ(refused(wish(3), facts()), "shop.limit") << "of one order";
  GrabFacts had_one = facts();
  had_one.buyer_units = 1;
  EXPECT_EQ(refused(wish(2), had_one), "shop.limit") << "of one buyer, over orders";
  EXPECT_EQ(refused(wish(1), had_one), "");
  GrabWish cheaper = wish(1);
  cheaper.total.amount = 499;
  EXPECT_EQ(refuse_grab(cheaper, facts())->total->amount, 500);
  EXPECT_EQ(refused(cheaper, facts()), "shop.price_changed");
  GrabFacts all_held = facts();
  all_held.pool = {.free = 0, .held = 1, .sold = 9};
  EXPECT_EQ(refused(wish(1), all_held), "shop.all_held");
  GrabFacts sold = facts();
  sold.pool = {.free = 0, .held = 0, .sold = 10};
  EXPECT_EQ(refused(wish(1), sold), "shop.sold_out");
  GrabFacts kept = facts();
  kept.kept = 3;
  EXPECT_EQ(refused(wish(1), kept), "shop.all_held") << "free units are kept for those who waited";
}

TEST(SaleRules, WhatIsGrantedIsNeverMoreThanIsFreeOrAllowed) {
  rc::check([](uint8_t units, uint8_t had, uint8_t free, uint8_t held, uint8_t kept) {
    GrabFacts now = facts();
    now.per_buyer = 5;
    now.per_order = 3;
    now.buyer_units = had % 8;
    now.pool = {.free = free % 10, .held = held % 10};
    now.kept = kept % 10;
    const GrabWish asked = wish(1 + units % 6);
    if (refuse_grab(asked, now)) return;
    RC_ASSERT(asked.units <= now.pool.free - now.kept);
    RC_ASSERT(asked.units <= 3 && now.buyer_units + asked.units <= 5);
  });
}

}  // namespace
}  // namespace vitrine
