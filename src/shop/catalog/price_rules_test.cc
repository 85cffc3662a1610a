#include "shop/catalog/price_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

const Money kBase{1'000, {}};

PriceEntry member(int64_t number, int64_t tier, int64_t amount) {
  return {.number = number, .kind = PriceKind::member, .tier = tier, .price = {amount, {}}, .from = {0}};
}
PriceEntry activity(int64_t number, int64_t amount, int64_t from, std::optional<WallTime> until = {}) {
  return {.number = number, .price = {amount, {}}, .from = {from}, .until = until};
}
int64_t price(const std::vector<PriceEntry>& entries, int64_t tier, int64_t now) {
  const auto entry = price_in_force(entries, kBase, {tier, {now}});
  return entry ? entry->price.amount : kBase.amount;
}

TEST(PriceRules, AMemberPriceIsForTheTierAndThoseAbove) {
  const std::vector entries{member(1, 1, 950), member(2, 3, 900)};
  EXPECT_EQ(price(entries, 0, 5), 1'000);
  EXPECT_EQ(price(entries, 1, 5), 950);
  EXPECT_EQ(price(entries, 2, 5), 950);
  EXPECT_EQ(price(entries, 9, 5), 900);
}

TEST(PriceRules, AnActivityPriceGoesBeforeAMembersAlsoWhenItIsHigher) {
  const std::vector entries{activity(1, 980, 10, WallTime{20}), member(2, 1, 900)};
  EXPECT_EQ(price(entries, 1, 9), 900);
  EXPECT_EQ(price(entries, 1, 10), 980);
  EXPECT_EQ(price(entries, 0, 19), 980);
  EXPECT_EQ(price(entries, 1, 20), 900) << "its end is the first moment without it";
}

TEST(PriceRules, OfTwoActivitiesTheOneThatBeganLast) {
  const std::vector entries{activity(1, 700, 10), activity(2, 800, 15)};
  EXPECT_EQ(price(entries, 0, 12), 700);
  EXPECT_EQ(price(entries, 0, 15), 800);
}

TEST(PriceRules, NobodyPaysMoreThanTheBasePrice) {
  EXPECT_EQ(price({activity(1, 1'001, 0), member(2, 1, 2'000)}, 9, 5), 1'000);
}

}  // namespace
}  // namespace vitrine
