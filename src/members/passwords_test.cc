#include "members/passwords.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <future>

namespace vitrine {
namespace {

class PasswordsTest : public testing::Test {
 protected:
  PasswordsTest() { cores_.start(); }

  template <class T>
  T wait(Task<T> task) {
    auto out = std::make_shared<std::promise<T>>();
    auto keep = [](Task<T> inner, std::shared_ptr<std::promise<T>> promise) -> Task<void> {
      promise->set_value(co_await std::move(inner));
    };
    cores_.at(0).spawn(keep(std::move(task), out));
    return out->get_future().get();
  }

  Cores cores_{1};
};

TEST_F(PasswordsTest, KnowTheRightOneFromTheWrong) {
  PasswordHasher hasher(8);
  const auto encoded = wait(hasher.hash("correct horse"));
  ASSERT_TRUE(encoded);
  EXPECT_TRUE(encoded->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *encoded;
  EXPECT_EQ(wait(hasher.verify(*encoded, "correct horse")).value(), PasswordMatch::right);
  EXPECT_EQ(wait(hasher.verify(*encoded, "correct hors")).value(), PasswordMatch::wrong);
  EXPECT_EQ(wait(hasher.verify(*encoded, "")).value(), PasswordMatch::wrong);
}

TEST_F(PasswordsTest, NobodyHasNoPassword) {
  PasswordHasher hasher(8);
  EXPECT_EQ(wait(hasher.verify("", "")).value(), PasswordMatch::wrong);
  EXPECT_EQ(wait(hasher.verify("", "anything")).value(), PasswordMatch::wrong);
}

TEST_F(PasswordsTest, AWeakerHashIsRightAndToBeRenewed) {
  std::array<char, crypto_pwhash_STRBYTES> weak{};
  ASSERT_EQ(crypto_pwhash_str(weak.data(), "old", 3, 1, 8'192 * 1024), 0);
  PasswordHasher hasher(8);
  EXPECT_EQ(wait(hasher.verify(weak.data(), "old")).value(), PasswordMatch::right_rehash);
}

// A hundred sign-ins at once: two run, two wait, the others are refused at once.
TEST_F(PasswordsTest, AFloodIsRefusedNotQueued) {
  PasswordHasher hasher(4);
  std::atomic<int> refused = 0;
  std::atomic<int> answered = 0;
  std::promise<void> all;
  auto one = [](PasswordHasher* to, std::atomic<int>* no, std::atomic<int>* done,
                std::promise<void>* last) -> Task<void> {
    const auto answer = co_await to->verify("", "flood");
    if (!answer && answer.error().kind == ErrorKind::exhausted) ++*no;
    if (++*done == 100) last->set_value();
  };
  for (int index = 0; index < 100; ++index) cores_.at(0).spawn(one(&hasher, &refused, &answered, &all));
  all.get_future().get();
  EXPECT_GE(refused, 90);
  EXPECT_LT(refused, 100);
  EXPECT_EQ(hasher.inside(), 0u);
}

}  // namespace
}  // namespace vitrine
