// Coupons on a whole shop: claims by the batch, locks by orders, and what comes back; each race beside a
// naive twin that loses it.
#include <gtest/gtest.h>

#include "shop/test_world.h"

namespace vitrine {
namespace {

class CouponTest : public ::testing::Test {
 protected:
  ShopWorld world;
  const SkuId mug = world.add_product("mug", 990, 50);

  CouponService& coupons() { return world.services->coupons; }
  CouponDraft draft(int64_t amount = 100, int64_t quota = 10) {
    return {.name = "welcome",
            .room = "demo",
            .amount = Money{amount, {}},
            .quota = quota,
            .per_buyer = 1,
            .claim_to_ms = world.clock.wall().ms + 3'600'000,
            .use_within_hours = 24};
  }
  CouponId make(const CouponDraft& draft) {
    const auto made = world.run(coupons().create(world.fresh_key(), draft));
    check(made.ok(), "the coupon is made");
    return made->id;
  }
  Result<Made<ClaimId>> claim(CouponId coupon, const std::string& buyer, const std::string& key = "tap") {
    return world.run(coupons().claim(coupon, world.buyer(buyer), key));
  }
  // "" when it was claimed, else why not.
  std::string why_not(CouponId coupon, const std::string& buyer, const std::string& key = "tap") {
    const auto claimed = claim(coupon, buyer, key);
    return claimed ? "" : std::string(claimed.error().reason);
  }
  PlaceRequest request(const std::string& buyer, std::vector<ClaimId> claims, int64_t total) {
    PlaceRequest out = world.request(buyer, mug, 1);
    out.coupons = std::move(claims);
    out.total = {total, {}};
    return out;
  }
  OrderId buy(const std::string& buyer, ClaimId claim, int64_t total) {
    const auto placed = world.place(request(buyer, {claim}, total));
    check(placed.ok() && !placed->refusal, "the order is placed");
    return placed->order;
  }
  CouponClaimView own(ClaimId claim, const std::string& buyer) {
    return world.run(coupons().own_claim(claim, world.buyer(buyer))).value();
  }
  CouponView view(CouponId coupon) { return world.run(coupons().staff_view(coupon)).value(); }
  QuoteView quote(const std::string& buyer, std::optional<std::vector<ClaimId>> named = {}) {
    std::vector<WantedLine> lines{{mug, 2, 1}};
    return world.run(world.services->checkout.quote(world.buyer(buyer), lines, named)).value();
  }
  void expect_whole() { EXPECT_EQ(world.breaches(), std::vector<std::string>{}); }
};

TEST_F(CouponTest, AnOrderLocksItPaysLessAndUsesIt) {
  const CouponId coupon = make(draft());
  const ClaimId mine = claim(coupon, "bob1")->id;
  const OrderId order = buy("bob1", mine, 890);
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::locked);
  const OrderView placed = world.order(order, "bob1");
  EXPECT_EQ(placed.discount.amount, 100);
  EXPECT_EQ(placed.lines.front().discount.amount, 100);
  EXPECT_EQ(placed.coupons.front().name, "welcome");
  world.choose(world.begin_payment(order, "bob1"), SandboxOutcome::succeed);
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::used);
  const CouponView after = view(coupon);
  EXPECT_EQ(after.left, 9);
  EXPECT_EQ(after.stats->used, 1);
  EXPECT_EQ(after.stats->taken_off.amount, 100);
  EXPECT_EQ(after.stats->brought.amount, 890);
  expect_whole();
}

TEST_F(CouponTest, TheTotalShownIsTheOneWithTheCoupon) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  const auto refused = world.place(request("bob1", {mine}, 990));
  EXPECT_EQ(refused->refusal->error.reason, "shop.price_changed");
  EXPECT_EQ(refused->refusal->total->amount, 890);
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::claimed) << "a refusal locks nothing";
}

TEST_F(CouponTest, TheBuyerWhoCancelsHasItBackAndTheQuotaStaysAsItWas) {
  const CouponId coupon = make(draft(100, 1));
  const ClaimId mine = claim(coupon, "bob1")->id;
  const OrderId order = buy("bob1", mine, 890);
  ASSERT_TRUE(world.run(world.services->checkout.cancel(order, world.buyer("bob1"))).ok());
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::claimed);
  EXPECT_EQ(why_not(coupon, "eve2"), "shop.coupon_gone");
  buy("bob1", mine, 890);
  expect_whole();
}

TEST_F(CouponTest, AnOrderThatRanOutAfterTheCouponsTimeLeavesItADay) {
  CouponDraft short_lived = draft();
  short_lived.use_within_hours.reset();
  short_lived.use_to_ms = world.clock.wall().ms + 3'600'000;
  const ClaimId mine = claim(make(short_lived), "bob1")->id;
  world.advance(Milliseconds(3'600'000 - 60'000));
  buy("bob1", mine, 890);
  world.advance(Milliseconds(301'000));
  const CouponClaimView after = own(mine, "bob1");
  EXPECT_EQ(after.state, ClaimState::claimed);
  EXPECT_GT(after.use_to_ms, world.clock.wall().ms + 86'300'000);
  world.advance(kReturnGrace);
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::expired);
  expect_whole();
}

TEST_F(CouponTest, APaidOrderGivenBackReturnsItOnce) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  const OrderId order = buy("bob1", mine, 890);
  world.choose(world.begin_payment(order, "bob1"), SandboxOutcome::succeed);
  const StaffAct staff{AccountId{7}, "::1"};
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(order, staff)).ok());
    world.settle();
  }
  EXPECT_EQ(world.order(order, "bob1").state, "refunded");
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::claimed);
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM coupon_event WHERE from_state = 2"), 1);
  expect_whole();
}

// SHOP-RULES 19: nothing to pay is paid without an attempt; and it can be given back.
TEST_F(CouponTest, AnOrderThatCostsNothingIsPaidAtOnce) {
  const ClaimId mine = claim(make(draft(5'000)), "bob1")->id;
  PlaceRequest without = request("bob1", {mine}, 0);
  without.address.reset();
  EXPECT_EQ(world.place(without).error().reason, "shop.address_missing");
  const OrderId order = buy("bob1", mine, 0);
  EXPECT_EQ(world.order(order, "bob1").state, "paid");
  EXPECT_TRUE(world.order(order, "bob1").payments.empty());
  EXPECT_EQ(world.pool(mug).sold, 1);
  expect_whole();
  ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(order, {AccountId{7}, "::1"})).ok());
  EXPECT_EQ(world.order(order, "bob1").state, "refunded");
  EXPECT_EQ(world.pool(mug).free, 50);
  expect_whole();
}

TEST_F(CouponTest, AClaimRepeatedIsTheSameClaimAndALimitIsPerBuyer) {
  const CouponId coupon = make(draft());
  const auto first = claim(coupon, "bob1");
  const auto again = claim(coupon, "bob1");
  EXPECT_EQ(again->id, first->id);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(why_not(coupon, "bob1", "another tap"), "shop.coupon_limit");
  EXPECT_EQ(view(coupon).left, 9);
  world.restart();
  EXPECT_TRUE(claim(coupon, "bob1")->replayed) << "also after a restart";
}

TEST_F(CouponTest, ALiveOnlyCouponIsClaimedOnlyWhileItsRoomIsLive) {
  CouponDraft live = draft();
  live.live_only = true;
  const CouponId coupon = make(live);
  EXPECT_EQ(why_not(coupon, "bob1"), "shop.coupon_not_live");
  EXPECT_TRUE(world.run(coupons().room_list("demo", {}))->items.empty());
  world.media.now.state = StreamState::live;
  EXPECT_EQ(why_not(coupon, "bob1"), "");
  EXPECT_EQ(world.run(coupons().room_list("demo", world.buyer("bob1")))->items.front().mine, 1);
}

TEST_F(CouponTest, NewBuyersAreThoseWhoNeverPaid) {
  CouponDraft welcome = draft();
  welcome.audience = CouponAudience::new_buyers;
  const CouponId coupon = make(welcome);
  world.choose(world.begin_payment(world.buy("eve2", mug, 1), "eve2"), SandboxOutcome::succeed);
  EXPECT_EQ(why_not(coupon, "bob1"), "");
  EXPECT_EQ(why_not(coupon, "eve2"), "shop.coupon_audience");
}

TEST_F(CouponTest, PausedNobodyClaimsAndEndedStaysEnded) {
  const CouponId coupon = make(draft());
  const ClaimId mine = claim(coupon, "eve2")->id;
  ASSERT_TRUE(world.run(coupons().step(coupon, CouponState::paused)).ok());
  EXPECT_EQ(why_not(coupon, "bob1"), "shop.coupon_paused");
  ASSERT_TRUE(world.run(coupons().step(coupon, CouponState::active)).ok());
  EXPECT_EQ(why_not(coupon, "bob1"), "");
  ASSERT_TRUE(world.run(coupons().step(coupon, CouponState::ended)).ok());
  EXPECT_EQ(world.run(coupons().step(coupon, CouponState::active)).error().reason, "shop.coupon_state");
  buy("eve2", mine, 890);
}

TEST_F(CouponTest, TheQuoteProposesTheBestAndLetsTheBuyerChoose) {
  const ClaimId small = claim(make(draft(100)), "bob1")->id;
  const ClaimId large = claim(make(draft(300)), "bob1")->id;
  const QuoteView best = quote("bob1");
  EXPECT_EQ(best.total.amount, 2 * 990 - 300);
  for (const QuoteCoupon& one : best.coupons) EXPECT_EQ(one.chosen, one.claim.claim == large);
  EXPECT_EQ(quote("bob1", std::vector{small}).total.amount, 2 * 990 - 100);
  EXPECT_EQ(quote("bob1", std::vector<ClaimId>{}).total.amount, 2 * 990) << "none is a choice too";
  const QuoteView both = quote("bob1", std::vector{small, large});
  EXPECT_EQ(both.refusal, "shop.coupon_stack");
  EXPECT_EQ(both.discount.amount, 0);
}

TEST_F(CouponTest, AnotherBuyersClaimIsNobodysBusiness) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  EXPECT_EQ(world.place(request("eve2", {mine}, 890)).error().reason, "shop.coupon_claim");
  EXPECT_EQ(world.run(coupons().own_claim(mine, world.buyer("eve2"))).error().reason, "shop.coupon_claim");
}

TEST_F(CouponTest, TheExportNamesEachClaimAndNoPerson) {
  const CouponId coupon = make(draft());
  for (const char* buyer : {"bob1", "eve2"}) ASSERT_TRUE(claim(coupon, buyer).ok());
  const std::string csv = world.run(coupons().export_claims(coupon)).value();
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
  EXPECT_NE(csv.find(world.buyer("bob1").str() + ",claimed,"), std::string::npos);
  EXPECT_EQ(csv.find("bob1"), std::string::npos);
}

TEST_F(CouponTest, EveryPlantedBreakIsFound) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  buy("bob1", mine, 890);
  ASSERT_TRUE(claim(make(draft()), "eve2").ok());
  expect_whole();
  const std::pair<const char*, const char*> controls[] = {
      {"UPDATE coupon SET claimed = claimed + 1", "UPDATE coupon SET claimed = claimed - 1"},
      {"UPDATE coupon_claim SET nth = 2", "UPDATE coupon_claim SET nth = 1"},
      {"UPDATE coupon_claim SET state = 2 WHERE state = 1",
       "UPDATE coupon_claim SET state = 1 WHERE state = 2"},
      {"UPDATE coupon_claim SET version = version + 1", "UPDATE coupon_claim SET version = version - 1"},
      {"UPDATE order_coupon SET amount = amount + 1", "UPDATE order_coupon SET amount = amount - 1"},
      {"UPDATE order_line SET discount = discount - 1 WHERE discount > 0",
       "UPDATE order_line SET discount = discount + 1 WHERE discount > 0"},
  };
  for (const auto& [plant, mend] : controls) {
    world.tamper(plant);
    EXPECT_FALSE(world.breaches().empty()) << plant;
    world.tamper(mend);
    expect_whole();
  }
}

// ---- races (commerce 2.2): many at once, and the twin that looks first and writes later

TEST_F(CouponTest, ManyAtOnceClaimExactlyTheQuota) {
  constexpr int kBuyers = 200;
  constexpr int kQuota = 20;
  const CouponId coupon = make(draft(100, kQuota));
  std::vector<std::future<std::optional<Result<Made<ClaimId>>>>> taps;
  for (int at = 0; at < kBuyers; ++at) {
    const AccountId buyer = world.buyer("b" + std::to_string(at));
    for (const char* key : {"tap", "tap", "other"}) {  // twice the same, and once more
      taps.push_back(begin_on(world.core(), coupons().claim(coupon, buyer, key)));
    }
  }
  int fresh = 0;
  for (auto& tap : taps) {
    const auto answer = *tap.get();
    if (answer.ok() && !answer->replayed) ++fresh;
  }
  EXPECT_EQ(fresh, kQuota);
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM coupon_claim"), kQuota);
  expect_whole();
}

// Reads the counter in one transaction and writes what follows from it in another.
class NaiveClaim {
 public:
  NaiveClaim(ShopWorld& world, CouponId coupon) : world_(world), coupon_(coupon) {}
  void look() {
    auto work = [coupon = coupon_](Transaction& tx) { return find_coupon(tx, coupon); };
    seen_ = world_.run(world_.services->gate.read(std::move(work))).value();
  }
  bool write(AccountId buyer) {
    if (seen_.claimed >= seen_.quota) return false;
    world_.tamper("UPDATE coupon SET claimed = " + std::to_string(seen_.claimed + 1));
    world_.tamper(
        "INSERT INTO coupon_claim (shop_id, claim, coupon, buyer, nth, claim_key, state, version, "
        "claimed_ms, "
        "use_from_ms, use_to_ms) VALUES ('default', " +
        std::to_string(buyer.value + 1) + ", " + std::to_string(coupon_.value) + ", " +
        std::to_string(buyer.value) + ", 1, 'tap', 0, 1, 0, 0, 99999999999999)");
    return true;
  }

 private:
  ShopWorld& world_;
  CouponId coupon_;
  Coupon seen_;
};

TEST_F(CouponTest, TheNaiveTwinGivesTheLastOneTwice) {
  const CouponId coupon = make(draft(100, 1));
  NaiveClaim one(world, coupon);
  NaiveClaim other(world, coupon);
  one.look();
  other.look();
  EXPECT_TRUE(one.write(world.buyer("bob1")));
  EXPECT_TRUE(other.write(world.buyer("eve2"))) << "what the batch never does";
  EXPECT_FALSE(world.breaches().empty()) << "and what the comparison finds";
}

TEST_F(CouponTest, TwoOrdersAtOnceUseAClaimOnce) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  std::vector<std::future<std::optional<Result<Placed>>>> orders;
  for (int at = 0; at < 8; ++at) {
    orders.push_back(begin_on(world.core(), world.services->checkout.place(request("bob1", {mine}, 890))));
  }
  int placed = 0;
  for (auto& order : orders) {
    const auto answer = *order.get();
    ASSERT_TRUE(answer.ok());
    if (!answer->refusal) ++placed;
    if (answer->refusal) EXPECT_EQ(answer->refusal->error.reason, "shop.coupon_used");
  }
  EXPECT_EQ(placed, 1);
  expect_whole();
}

TEST_F(CouponTest, TheNaiveTwinUsesAClaimTwice) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  auto look = [mine](Transaction& tx) { return find_claim(tx, mine); };
  const CouponClaim seen = world.run(world.services->gate.read(std::move(look))).value();
  const OrderId first = buy("bob1", mine, 890);
  const OrderId second = world.buy("bob1", mug, 1);
  auto steal = [seen, second](Transaction& tx) {
    CouponClaim from = seen;
    CouponClaim to = seen;
    to.state = ClaimState::locked;
    to.order = second;
    return move_claim(tx, from, to, {"placed", WallTime{1}});
  };
  EXPECT_EQ(world.run(world.services->gate.write(std::move(steal))).error().reason, "shop.coupon_used");
  ASSERT_EQ(seen.state, ClaimState::claimed) << "the twin saw it free and goes on without a compare-and-set";
  world.tamper("UPDATE coupon_claim SET order_id = " + std::to_string(second.value));
  world.tamper("UPDATE orders SET discount = 100, total = 890 WHERE order_id = " +
               std::to_string(second.value));
  EXPECT_FALSE(world.breaches().empty()) << first.str() << " counts on it as well";
}

// The coupon is looked at when the order is placed, never after it was paid (Saleor PR 15855).
TEST_F(CouponTest, AnOrderPaidAfterItsCouponEndedStaysPaid) {
  const CouponId coupon = make(draft());
  const ClaimId mine = claim(coupon, "bob1")->id;
  const OrderId order = buy("bob1", mine, 890);
  const PaymentId payment = world.begin_payment(order, "bob1");
  ASSERT_TRUE(world.run(coupons().step(coupon, CouponState::ended)).ok());
  world.choose(payment, SandboxOutcome::succeed);
  EXPECT_EQ(world.order(order, "bob1").state, "paid");
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::used);
  expect_whole();
}

// A crash between any two statements of PLACE leaves no lock behind: the order's transaction holds both.
TEST_F(CouponTest, AnOrderRefusedForItsStockLocksNothing) {
  const ClaimId mine = claim(make(draft()), "bob1")->id;
  world.buy("eve2", mug, 20);
  world.buy("eve2", mug, 20);
  world.buy("eve2", mug, 10);
  const auto refused = world.place(request("bob1", {mine}, 890));
  EXPECT_EQ(refused->refusal->error.reason, "shop.all_held");
  EXPECT_EQ(own(mine, "bob1").state, ClaimState::claimed);
  expect_whole();
}

}  // namespace
}  // namespace vitrine
