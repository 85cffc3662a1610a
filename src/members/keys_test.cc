#include "members/keys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

namespace vitrine {
namespace {

class KeysTest : public testing::Test {
 protected:
  KeysTest() : folder_(testing::TempDir() + "/keys_test_" + std::to_string(getpid())) {
    std::filesystem::remove_all(folder_);
  }
  ~KeysTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
  SystemRandom random_;
};

TEST_F(KeysTest, AreMadeOnce) {
  const auto first = load_member_keys(folder_, random_);
  ASSERT_TRUE(first);
  const auto again = load_member_keys(folder_, random_);
  ASSERT_TRUE(again);
  EXPECT_EQ(first->cookie, again->cookie);
  EXPECT_EQ(first->field, again->field);
}

TEST_F(KeysTest, EveryUseHasItsOwnKey) {
  const auto keys = derive_member_keys("a", "a");
  const std::set<std::string> all{keys.cookie, keys.csrf,     keys.field, keys.index,
                                  keys.code,   keys.one_time, keys.audit};
  EXPECT_EQ(all.size(), 7u);
}

}  // namespace
}  // namespace vitrine
