#include "base/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

namespace vitrine {
namespace {

TEST(Money, PartsSumExactlyAndNobodyIsOffByMoreThanOne) {
  rc::check([] {
    const auto amount = *rc::gen::inRange<int64_t>(0, 1'000'000'000);
    auto weights =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 1'000'000)));
    weights[0] += 1;
    const auto parts = split_by_largest_remainder(amount, weights);
    const auto total = std::accumulate(weights.begin(), weights.end(), int64_t{0});
    RC_ASSERT(std::accumulate(parts.begin(), parts.end(), int64_t{0}) == amount);
    for (size_t at = 0; at < parts.size(); ++at) {
      const int64_t exact = amount * weights[at] / total;
      RC_ASSERT(parts[at] >= exact && parts[at] <= exact + 1);
    }
  });
}

TEST(Money, TiesGoToTheFirstLine) {
  const std::vector<int64_t> weights{1, 1, 1};
  EXPECT_EQ(split_by_largest_remainder(100, weights), (std::vector<int64_t>{34, 33, 33}));
}

TEST(Money, CurrenciesDoNotMixAndSumsDoNotWrap) {
  const Money yuan{100, *Currency::parse("CNY")};
  const Money dollar{100, *Currency::parse("USD")};
  EXPECT_EQ(add(yuan, dollar).error().reason, "money.currency");
  EXPECT_EQ(add(Money{INT64_MAX, {}}, Money{1, {}}).error().reason, "money.overflow");
  EXPECT_EQ(multiply(Money{INT64_MAX / 2, {}}, 3).error().reason, "money.overflow");
  EXPECT_EQ(multiply(yuan, 3)->amount, 300);
}

}  // namespace
}  // namespace vitrine
