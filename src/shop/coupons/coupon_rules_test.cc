// What coupons take off, how it is split, and which ones are the best.
#include "shop/coupons/coupon_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

namespace vitrine {
namespace {

constexpr WallTime kNow{1'000'000};

Money yuan(int64_t minor) {
  return {minor, {}};
}
PricedLine line(int64_t price, int64_t quantity, int64_t product = 1, std::string category = "") {
  return {ProductId{product}, std::move(category), yuan(price), quantity};
}
CouponTerms off(int64_t amount, int64_t threshold = 0) {
  return {.kind = CouponKind::amount, .amount = yuan(amount), .threshold = threshold};
}
CouponTerms percent(int64_t share, std::optional<int64_t> cap = {}) {
  return {.kind = CouponKind::percent, .amount = yuan(0), .percent = share, .cap = cap};
}
CouponTerms stackable(CouponTerms terms) {
  terms.stackable = true;
  return terms;
}
HeldCoupon held(int64_t id, CouponTerms terms) {
  return {{.claim = {id}, .coupon = {1'000 + id}, .use_to = kNow + Milliseconds(1'000)}, std::move(terms)};
}
std::string refusal(const std::vector<PricedLine>& lines, const HeldCoupon& coupon, WallTime now = kNow) {
  const auto why = refuse_use(coupon, lines, now);
  return why ? std::string(why->reason) : "";
}
int64_t total_off(const std::vector<PricedLine>& lines, const std::vector<HeldCoupon>& chosen) {
  const auto discount = discount_of(lines, chosen, kNow);
  return discount ? discount->total : -1;
}

// Any order and any coupons that may be used together.
struct Basket {
  std::vector<PricedLine> lines;
  std::vector<HeldCoupon> coupons;
};
Basket any_basket() {
  Basket out;
  const auto lines = *rc::gen::inRange<size_t>(1, 6);
  for (size_t at = 0; at < lines; ++at) {
    out.lines.push_back(line(*rc::gen::inRange<int64_t>(1, 20'000), *rc::gen::inRange<int64_t>(1, 8),
                             *rc::gen::inRange<int64_t>(1, 4), *rc::gen::element<std::string>("", "tea")));
  }
  const auto coupons = *rc::gen::inRange<size_t>(1, 5);
  for (size_t at = 0; at < coupons; ++at) {
    CouponTerms terms = *rc::gen::arbitrary<bool>() ? off(*rc::gen::inRange<int64_t>(1, 50'000))
                                                    : percent(*rc::gen::inRange<int64_t>(1, 100),
                                                              *rc::gen::inRange<int64_t>(1, 9'999));
    terms.scope = *rc::gen::element(CouponScope::shop, CouponScope::category, CouponScope::products);
    terms.category = "tea";
    terms.products = {ProductId{*rc::gen::inRange<int64_t>(1, 4)}};
    HeldCoupon one = held(static_cast<int64_t>(at) + 1, stackable(terms));
    if (!refuse_use(one, out.lines, kNow)) out.coupons.push_back(std::move(one));
  }
  return out;
}

TEST(CouponRules, PartsOfADiscountSumToItAndNoLineCostsLessThanNothing) {
  rc::check([] {
    const Basket basket = any_basket();
    const auto discount = discount_of(basket.lines, basket.coupons, kNow);
    RC_ASSERT(discount.ok());
    const int64_t lines = std::accumulate(discount->lines.begin(), discount->lines.end(), int64_t{0});
    int64_t cuts = 0;
    for (const CouponCut& cut : discount->cuts) cuts += cut.amount;
    RC_ASSERT(lines == discount->total);
    RC_ASSERT(cuts == discount->total);
    for (size_t at = 0; at < basket.lines.size(); ++at) {
      RC_ASSERT(discount->lines[at] >= 0);
      RC_ASSERT(discount->lines[at] <= basket.lines[at].unit_price.amount * basket.lines[at].quantity);
    }
  });
}

TEST(CouponRules, GivingALineBackInAnyPiecesReturnsExactlyWhatItCost) {
  rc::check([] {
    const int64_t quantity = *rc::gen::inRange<int64_t>(1, 50);
    const int64_t paid = *rc::gen::inRange<int64_t>(0, 1'000'000);
    int64_t returned = 0;
    for (int64_t unit = 0; unit < quantity;) {
      const int64_t count = *rc::gen::inRange<int64_t>(1, quantity - unit + 1);
      const int64_t part = paid_for_units(paid, quantity, unit, count);
      RC_ASSERT(part >= 0);
      returned += part;
      unit += count;
    }
    RC_ASSERT(returned == paid);
  });
}

TEST(CouponRules, WhatIsOutOfScopeKeepsItsPrice) {
  CouponTerms terms = off(500);
  terms.scope = CouponScope::category;
  terms.category = "tea";
  const std::vector<PricedLine> lines{line(990, 1, 1, "mugs"), line(1'000, 1, 2, "tea")};
  EXPECT_EQ(discount_of(lines, {held(1, terms)}, kNow)->lines, (std::vector<int64_t>{0, 500}));
  terms.scope = CouponScope::products;
  terms.products = {ProductId{1}};
  EXPECT_EQ(discount_of(lines, {held(1, terms)}, kNow)->lines, (std::vector<int64_t>{500, 0}));
  terms.products = {ProductId{9}};
  EXPECT_EQ(refusal(lines, held(1, terms)), "shop.coupon_scope");
}

TEST(CouponRules, TheThresholdCountsOnlyWhatIsInScope) {
  const std::vector<PricedLine> lines{line(999, 1, 1), line(5'000, 1, 2)};
  CouponTerms terms = off(100, 1'000);
  EXPECT_EQ(refusal(lines, held(1, terms)), "");
  terms.scope = CouponScope::products;
  terms.products = {ProductId{1}};
  EXPECT_EQ(refusal(lines, held(1, terms)), "shop.coupon_threshold");
}

TEST(CouponRules, APercentageEndsAtItsCapAndRoundsForTheShop) {
  EXPECT_EQ(total_off({line(999, 1)}, {held(1, percent(15))}), 149);
  EXPECT_EQ(total_off({line(100'000, 1)}, {held(1, percent(50, 2'000))}), 2'000);
}

TEST(CouponRules, AnAmountAboveThePriceLeavesNothingToPayAndNoMore) {
  EXPECT_EQ(total_off({line(300, 1)}, {held(1, off(500))}), 300);
}

TEST(CouponRules, OneThatStandsAloneIsNotUsedBesideAnother) {
  const std::vector<PricedLine> lines{line(10'000, 1)};
  const auto both = discount_of(lines, {held(1, off(100)), held(2, stackable(off(100)))}, kNow);
  EXPECT_EQ(both.error().reason, "shop.coupon_stack");
  EXPECT_EQ(total_off(lines, {held(1, stackable(off(100))), held(2, stackable(off(100)))}), 200);
  HeldCoupon twin = held(3, stackable(off(100)));
  twin.claim.coupon = CouponId{1'001};
  EXPECT_EQ(total_off(lines, {held(1, stackable(off(100))), twin}), -1) << "two claims of one coupon";
}

TEST(CouponRules, PercentagesComeBeforeAmountsWhateverTheOrderTheyWereNamedIn) {
  const std::vector<PricedLine> lines{line(10'000, 1)};
  const HeldCoupon tenth = held(2, stackable(percent(10)));
  const HeldCoupon amount = held(1, stackable(off(1'000)));
  EXPECT_EQ(total_off(lines, {amount, tenth}), 2'000);
  EXPECT_EQ(total_off(lines, {tenth, amount}), 2'000);
}

TEST(CouponRules, AClaimIsOfUseOnlyOnceAndInItsTime) {
  const std::vector<PricedLine> lines{line(1'000, 1)};
  HeldCoupon coupon = held(1, off(100));
  coupon.claim.use_from = kNow;
  EXPECT_EQ(refusal(lines, coupon, {kNow.ms - 1}), "shop.coupon_not_yet");
  EXPECT_EQ(refusal(lines, coupon, coupon.claim.use_to), "shop.coupon_expired");
  coupon.claim.state = ClaimState::locked;
  EXPECT_EQ(refusal(lines, coupon), "shop.coupon_used");
}

TEST(CouponRules, TheBestChoiceTakesOffNoLessThanAnyOther) {
  rc::check([] {
    Basket basket = any_basket();
    for (HeldCoupon& one : basket.coupons) one.terms.stackable = *rc::gen::arbitrary<bool>();
    const auto best = best_choice(basket.lines, basket.coupons, kNow);
    std::vector<HeldCoupon> chosen;
    for (const HeldCoupon& one : basket.coupons) {
      if (std::find(best.begin(), best.end(), one.claim.claim) != best.end()) chosen.push_back(one);
    }
    const int64_t most = total_off(basket.lines, chosen);
    for (size_t set = 1; set < size_t{1} << basket.coupons.size(); ++set) {
      std::vector<HeldCoupon> other;
      for (size_t at = 0; at < basket.coupons.size(); ++at) {
        if (set >> at & 1) other.push_back(basket.coupons[at]);
      }
      RC_ASSERT(total_off(basket.lines, other) <= most);
    }
  });
}

TEST(CouponRules, ClaimsAreRefusedInTheOrderABuyerCanUnderstand) {
  Coupon coupon{.live_only = true,
                .audience = CouponAudience::new_buyers,
                .quota = 5,
                .per_buyer = 1,
                .claim_from = {500},
                .claim_to = {2'000}};
  const auto why = [&](ClaimFacts facts, int64_t at = 1'000) {
    const auto refused = refuse_claim(coupon, facts, {at});
    return refused ? std::string(refused->reason) : "";
  };
  const ClaimFacts good{.had = 0, .bought_before = false, .live = true};
  EXPECT_EQ(why(good), "");
  EXPECT_EQ(why(good, 499), "shop.coupon_not_started");
  EXPECT_EQ(why(good, 2'000), "shop.coupon_over");
  EXPECT_EQ(why({.live = false}), "shop.coupon_not_live");
  EXPECT_EQ(why({.bought_before = true, .live = true}), "shop.coupon_audience");
  EXPECT_EQ(why({.had = 1, .live = true}), "shop.coupon_limit");
  coupon.claimed = 5;
  EXPECT_EQ(why(good), "shop.coupon_gone");
  coupon.state = CouponState::paused;
  EXPECT_EQ(why(good), "shop.coupon_paused");
  coupon.state = CouponState::ended;
  EXPECT_EQ(why(good), "shop.coupon_over");
}

TEST(CouponRules, LetGoAfterItsTimeItIsGoneForTheBuyerWhoCancelledAndLivesADayForOthers) {
  const CouponClaim locked{.state = ClaimState::locked, .use_to = {1'000}};
  EXPECT_EQ(let_go(locked, true, {999}).state, ClaimState::claimed);
  EXPECT_EQ(let_go(locked, true, {1'000}).state, ClaimState::expired);
  EXPECT_EQ(let_go(locked, false, {1'000}).state, ClaimState::claimed);
  EXPECT_EQ(let_go(locked, false, {1'000}).use_to, WallTime{1'000} + kReturnGrace);
}

TEST(CouponRules, AnEndedCouponAndAnExpiredClaimStayAsTheyAre) {
  for (int to = 0; to < 3; ++to) EXPECT_FALSE(may_follow(CouponState::ended, static_cast<CouponState>(to)));
  for (int to = 0; to < 4; ++to) EXPECT_FALSE(may_follow(ClaimState::expired, static_cast<ClaimState>(to)));
  EXPECT_FALSE(may_follow(ClaimState::claimed, ClaimState::used)) << "only an order's lock leads there";
}

}  // namespace
}  // namespace vitrine
