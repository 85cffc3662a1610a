#include "net/token.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

const std::string kKey(32, 'k');
constexpr WallTime kNow{1'790'000'000'000};
constexpr WallTime kLater{kNow.ms + 1};

TEST(TokenSigner, GivesBackWhatWasSigned) {
  const TokenSigner signer(kKey, "guest");
  rc::check([&](const std::string& payload) {
    if (payload.size() > 1000) return;
    RC_ASSERT(signer.verify(signer.sign(payload, kLater), kNow).value() == payload);
  });
}

TEST(TokenSigner, EndsAtItsTime) {
  const TokenSigner signer(kKey, "guest");
  const std::string token = signer.sign("gst_1", kLater);
  EXPECT_TRUE(signer.verify(token, kNow));
  EXPECT_EQ(signer.verify(token, kLater).error().reason, "token.expired");
}

TEST(TokenSigner, AnotherKeyOrPurposeIsNotOurs) {
  const std::string token = TokenSigner(kKey, "guest").sign("x", kLater);
  EXPECT_FALSE(TokenSigner(kKey, "buyer").verify(token, kNow));
  EXPECT_FALSE(TokenSigner(std::string(32, 'j'), "guest").verify(token, kNow));
}

// Any other character at any place, any shorter text: invalid.
TEST(TokenSigner, NoChangeGoesUnseen) {
  const TokenSigner signer(kKey, "guest");
  const std::string token = signer.sign("gst_0f3k9t2m1c7pa", kLater);
  for (size_t at = 0; at < token.size(); ++at) {
    EXPECT_FALSE(signer.verify(std::string_view(token).substr(0, at), kNow)) << at;
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.verify(changed, kNow)) << at;
  }
  EXPECT_FALSE(signer.verify(token + "A", kNow));
  EXPECT_FALSE(signer.verify(token + ".", kNow));
  EXPECT_FALSE(signer.verify(std::string(10'000, 'A') + ".A", kNow));
}

}  // namespace
}  // namespace vitrine
