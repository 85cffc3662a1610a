#include "members/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

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

TEST_F(KeysTest, AreMadeOnceForTheirOwnerOnly) {
  const auto first = load_member_keys(folder_, random_);
  ASSERT_TRUE(first);
  struct stat about{};
  ASSERT_EQ(stat((folder_ + "/secrets/cookie.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
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

TEST_F(KeysTest, AKeyOthersMayReadIsRefused) {
  ASSERT_TRUE(load_member_keys(folder_, random_));
  chmod((folder_ + "/secrets/field.key").c_str(), 0644);
  EXPECT_EQ(load_member_keys(folder_, random_).error().reason, "members.secret_mode");
}

TEST_F(KeysTest, AShortenedKeyIsRefusedNotReplaced) {
  ASSERT_TRUE(load_member_keys(folder_, random_));
  std::filesystem::resize_file(folder_ + "/secrets/field.key", 31);
  EXPECT_EQ(load_member_keys(folder_, random_).error().reason, "members.secret_size");
}

}  // namespace
}  // namespace vitrine
