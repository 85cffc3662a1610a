#include "media/access/play_token.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

const std::string kSecret(32, 's');
const std::string kOlder(32, 'o');

class PlayTokenTest : public testing::Test {
 protected:
  std::string sign(const PlayClaim& claim, Milliseconds time = Milliseconds(60'000)) {
    return *tokens_.sign(claim, clock_.wall() + time);
  }
  std::string verdict(std::string_view token, std::string_view stream = "demo",
                      std::string_view address = "192.0.2.7") {
    const auto taken = tokens_.verify(token, stream, address, clock_.wall());
    return taken ? "right" : std::string(taken.error().reason);
  }
  FakeClock clock_;
  PlayTokens tokens_{kSecret, kOlder};
};

TEST_F(PlayTokenTest, OpensItsStreamForWhomItWasMade) {
  const PlayClaim claim{"demo", "", "gst_0f3k9t2m1c7pa"};
  const auto taken = tokens_.verify(sign(claim), "demo", "192.0.2.7", clock_.wall());
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, claim);
  EXPECT_EQ(verdict(sign(claim), "other"), "play.token_invalid");
}

TEST_F(PlayTokenTest, IsShortEnoughForAnyUrl) {
  EXPECT_LT(sign({"demo", "", "gst_0f3k9t2m1c7pa"}).size(), 110u);
}

TEST_F(PlayTokenTest, EndsAtItsTimeToTheMillisecond) {
  const std::string token = sign({"demo", "", ""}, Milliseconds(1'000));
  clock_.advance(Milliseconds(999));
  EXPECT_EQ(verdict(token), "right");
  clock_.advance(Milliseconds(1));
  EXPECT_EQ(verdict(token), "play.token_expired");
}

TEST_F(PlayTokenTest, BoundToAnAddressItIsWorthNothingElsewhere) {
  const std::string token = sign({"demo", "192.0.2.7", ""});
  EXPECT_EQ(verdict(token, "demo", "192.0.2.7"), "right");
  EXPECT_EQ(verdict(token, "demo", "192.0.2.8"), "play.token_invalid");
  EXPECT_EQ(verdict(token, "demo", "2001:db8::1"), "play.token_invalid");
  EXPECT_EQ(verdict(token, "demo", ""), "play.token_invalid");
}

// A phone changes the lower half of its address by the hour.
TEST_F(PlayTokenTest, AnIPv6AddressStandsForItsNetwork) {
  const std::string token = sign({"demo", "2001:db8:1:2::7", ""});
  EXPECT_EQ(verdict(token, "demo", "2001:db8:1:2:ffff::1"), "right");
  EXPECT_EQ(verdict(token, "demo", "2001:db8:1:3::7"), "play.token_invalid");
}

TEST_F(PlayTokenTest, TheSecretBeforeIsStillTakenAndTheOneBeforeThatIsNot) {
  const auto expires = clock_.wall() + Milliseconds(1'000);
  EXPECT_EQ(verdict(*PlayTokens(kOlder, std::nullopt).sign({"demo", "", ""}, expires)), "right");
  EXPECT_EQ(verdict(*PlayTokens(std::string(32, 'x'), std::nullopt).sign({"demo", "", ""}, expires)),
            "play.token_invalid");
  EXPECT_EQ(PlayTokens(kSecret, std::nullopt)
                .verify(*PlayTokens(kOlder, std::nullopt).sign({"demo", "", ""}, expires), "demo", "",
                        clock_.wall())
                .error()
                .reason,
            "play.token_invalid");
}

// Cookies and links are signed by the same class: none of them may be shown as a play token.
TEST_F(PlayTokenTest, ATokenOfAnotherPurposeIsNone) {
  const auto cookie = TokenSigner(kSecret, "guest").sign("demo||", clock_.wall() + Milliseconds(1'000));
  EXPECT_EQ(verdict(cookie), "play.token_invalid");
}

TEST_F(PlayTokenTest, EveryTruncationAndEveryChangedBitIsRefused) {
  const std::string token = sign({"demo", "192.0.2.7", "gst_1"});
  ASSERT_EQ(verdict(token), "right");
  for (size_t length = 0; length < token.size(); ++length)
    EXPECT_EQ(verdict(token.substr(0, length)), "play.token_invalid") << length;
  for (size_t at = 0; at < token.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = token;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      EXPECT_EQ(verdict(changed), "play.token_invalid") << at << " " << bit;
    }
  }
}

TEST_F(PlayTokenTest, WhatCannotBeSaidInATokenIsNotSigned) {
  const auto expires = clock_.wall();
  EXPECT_EQ(tokens_.sign({"a|b", "", ""}, expires).error().reason, "play.stream");
  EXPECT_EQ(tokens_.sign({"demo", "", "a|b"}, expires).error().reason, "play.viewer");
  EXPECT_EQ(tokens_.sign({"demo", "", std::string(65, 'v')}, expires).error().reason, "play.viewer");
  EXPECT_EQ(tokens_.sign({"demo", "localhost", ""}, expires).error().reason, "play.address");
}

std::string text_of(const char* letters, size_t most) {
  return *rc::gen::resize(static_cast<int>(most),
                          rc::gen::container<std::string>(rc::gen::elementOf(std::string(letters))));
}

TEST_F(PlayTokenTest, WhatIsSignedComesBack) {
  rc::check([&] {
    const char* letters = "abcXYZ019_-";
    PlayClaim claim{"s" + text_of(letters, 60), "", text_of(letters, 60)};
    const auto octet = [] { return std::to_string(*rc::gen::inRange(0, 256)); };
    if (*rc::gen::arbitrary<bool>()) claim.address = octet() + "." + octet() + "." + octet() + "." + octet();
    const std::string token = *tokens_.sign(claim, clock_.wall() + Milliseconds(1));
    const auto taken = tokens_.verify(token, claim.stream, claim.address, clock_.wall());
    RC_ASSERT(taken.ok());
    RC_ASSERT(*taken == claim);
  });
}

}  // namespace
}  // namespace vitrine
