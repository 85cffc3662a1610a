#include "media/ingest/failed_tries.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

MonotonicTime at_s(int64_t seconds) {
  return {Microseconds(seconds * 1'000'000)};
}

TEST(FailedTries, TenWrongKeysMakeTheGuesserWaitForTheRestOfTheMinute) {
  FailedTries tries;
  for (int at = 0; at < FailedTries::kTriesMax; ++at) {
    EXPECT_FALSE(tries.must_wait("192.0.2.1 demo", at_s(100)));
    tries.failed("192.0.2.1 demo", at_s(100));
  }
  EXPECT_TRUE(tries.must_wait("192.0.2.1 demo", at_s(159)));
  EXPECT_FALSE(tries.must_wait("192.0.2.1 other", at_s(101))) << "another stream does not pay for it";
  EXPECT_FALSE(tries.must_wait("192.0.2.1 demo", at_s(160)));
  tries.failed("192.0.2.1 demo", at_s(160));
  EXPECT_FALSE(tries.must_wait("192.0.2.1 demo", at_s(161))) << "a new minute counts anew";
}

TEST(FailedTries, ManyGuessersAreForgottenTogetherNotKeptForEver) {
  FailedTries tries;
  for (int at = 0; at < FailedTries::kTriesMax; ++at) tries.failed("first", at_s(1));
  for (size_t at = 0; at < FailedTries::kGuessersMax; ++at) tries.failed(std::to_string(at), at_s(2));
  EXPECT_FALSE(tries.must_wait("first", at_s(3)));
}

}  // namespace
}  // namespace vitrine
