// The pauses between the tries of a pull; whole pulls are in media/pull_test.cc.
#include "media/pull/puller.h"

#include <gtest/gtest.h>

#include <set>

namespace vitrine {
namespace {

TEST(PullWait, DoublesToALimitAndScattersInTheUpperHalf) {
  SeededRandom random(1);
  const PullTimes times;
  const std::vector<int64_t> whole_ms{500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000};
  for (size_t failures = 0; failures < whole_ms.size(); ++failures) {
    std::set<int64_t> seen;
    for (int at = 0; at < 200; ++at) {
      const auto time = pull_wait(times, static_cast<int>(failures), random);
      EXPECT_GE(time.count(), whole_ms[failures] / 2);
      EXPECT_LE(time.count(), whole_ms[failures]);
      seen.insert(time.count());
    }
    EXPECT_GT(seen.size(), 50u);
  }
  EXPECT_LE(pull_wait(times, 1'000'000, random), times.retry_most) << "a source that is gone for weeks";
}

}  // namespace
}  // namespace vitrine
