// The line: in order, never longer than what may come back, and nobody overtakes.
#include "shop/flash_sale/sale_line.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace vitrine {
namespace {

const AccountId kAnn{1};
const AccountId kBob{2};
const AccountId kEve{3};
Moment at(int64_t ms) {
  return {WallTime{1'700'000'000'000 + ms}, {ms, 7}};
}

TEST(SaleLine, IsNoLongerThanWhatMayComeBack) {
  SaleLine line;
  const Pool pool{.free = 0, .held = 2, .sold = 8};
  EXPECT_EQ(line.join(kAnn, 1, pool), 1);
  EXPECT_EQ(line.join(kBob, 1, pool), 2);
  EXPECT_EQ(line.join(kEve, 1, pool), std::nullopt);
  EXPECT_EQ(line.join(kBob, 1, pool), 2) << "asking again keeps the place";
}

TEST(SaleLine, UnitsThatComeBackAreKeptForTheFirstFor15Seconds) {
  SaleLine line;
  ASSERT_TRUE(line.join(kAnn, 1, {.held = 2}));
  ASSERT_TRUE(line.join(kBob, 1, {.held = 2}));
  EXPECT_TRUE(line.call({.free = 0, .held = 2}, at(0)).empty());
  const Pool one_back{.free = 1, .held = 1};
  const auto turns = line.call(one_back, at(1'000));
  ASSERT_EQ(turns.size(), 1u);
  EXPECT_EQ(turns.front().buyer, kAnn);
  EXPECT_EQ(turns.front().until, at(16'000).wall);
  EXPECT_EQ(line.kept_from(kAnn, one_back), 0);
  EXPECT_EQ(line.kept_from(kBob, one_back), 1);
  EXPECT_EQ(line.kept_from(kEve, one_back), 1) << "nobody overtakes";
  EXPECT_EQ(line.place_of(kBob), 1);
  EXPECT_TRUE(line.call(one_back, at(15'999)).empty());
  EXPECT_EQ(line.call(one_back, at(16'000)).front().buyer, kBob) << "the turn ran out";
}

TEST(SaleLine, WhomThePoolCannotServeAnyMoreLeavesFromTheEnd) {
  SaleLine line;
  ASSERT_TRUE(line.join(kAnn, 1, {.held = 2}));
  ASSERT_TRUE(line.join(kBob, 1, {.held = 2}));
  EXPECT_TRUE(line.call({.free = 0, .held = 1, .sold = 1}, at(0)).empty());
  EXPECT_EQ(line.place_of(kAnn), 1);
  EXPECT_EQ(line.place_of(kBob), std::nullopt);
}

TEST(SaleLine, WithoutALineFreeUnitsAreAnybodys) {
  const SaleLine line;
  EXPECT_EQ(line.kept_from(kAnn, {.free = 3}), 0);
}

// Random joins, units coming back, turns taken and run out: the invariants of sale_line.h after each step.
TEST(SaleLine, KeepsItsInvariants) {
  rc::check([](const std::vector<std::pair<uint8_t, uint8_t>>& steps) {
    SaleLine line;
    Pool pool{.free = 0, .held = 6};
    int64_t now = 0;
    std::set<AccountId> seen;
    for (const auto& [what, who] : steps) {
      const AccountId buyer{1 + who % 12};
      seen.insert(buyer);
      if (what % 5 == 0) (void)line.join(buyer, 1 + who % 2, pool);
      if (what % 5 == 1 && pool.held > 0) --pool.held, ++pool.free;
      if (what % 5 == 2 && pool.held > 0) --pool.held, ++pool.sold;
      if (what % 5 == 3) line.leave(buyer);
      now += what % 7 * 1'000;
      (void)line.call(pool, at(now));
      int64_t called = 0;
      size_t places = 0;
      for (const AccountId one : seen) {
        const auto turn = line.turn_of(one);
        if (turn) called += turn->units;
        places += line.place_of(one) ? 1 : 0;
        RC_ASSERT(!(turn && line.place_of(one)));
      }
      RC_ASSERT(places == line.waiting());
      RC_ASSERT(called + static_cast<int64_t>(places) <= pool.free + pool.held);
      if (called > 0) RC_ASSERT(line.kept_from(AccountId{99}, pool) >= called);
    }
  });
}

}  // namespace
}  // namespace vitrine
