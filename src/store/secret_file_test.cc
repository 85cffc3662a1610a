// A secret is made once, whole, for its owner only, and is never replaced.
#include "store/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "testing/blocking.h"

namespace vitrine {
namespace {

class SecretFileTest : public ::testing::Test {
 protected:
  static mode_t mode_of(const std::string& name) {
    struct stat facts{};
    EXPECT_EQ(::stat(name.c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }
  TestFolder folder;
  std::string path = folder.path() + "/secrets/field.key";
  SystemRandom random;
};

TEST_F(SecretFileTest, IsMadeOnceForItsOwnerOnly) {
  const auto first = load_secret(path, random);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), kSecretBytes);
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(mode_of(folder.path() + "/secrets"), 0700u);
  EXPECT_EQ(load_secret(path, random).value(), *first);
}

// kill -9 between making the file and writing it must not lock the installation out for good.
TEST_F(SecretFileTest, WhatACrashLeftBesideItIsOverwritten) {
  std::filesystem::create_directories(folder.path() + "/secrets");
  std::ofstream(path + ".new") << "half";
  EXPECT_EQ(load_secret(path, random).value().size(), kSecretBytes);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(SecretFileTest, OneThatOthersMayReadIsRefused) {
  ASSERT_TRUE(load_secret(path, random));
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(load_secret(path, random).error().reason, "store.secret_mode");
}

TEST_F(SecretFileTest, AShortenedOneIsRefusedNotReplaced) {
  ASSERT_TRUE(load_secret(path, random));
  std::filesystem::resize_file(path, kSecretBytes - 1);
  EXPECT_EQ(load_secret(path, random).error().reason, "store.secret_size");
}

}  // namespace
}  // namespace vitrine
