#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace vitrine {
namespace {

TEST(Digest, Sha256OfAbc) {  // FIPS 180-4, example 1
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, HmacOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // Test case 6: a key longer than a block is hashed first.
  EXPECT_EQ(
      to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac_sha256("", "").size(), kDigestBytes);
}

TEST(Digest, SecretsAreEqualOnlyInFull) {
  EXPECT_TRUE(equal_secret("abc", "abc"));
  EXPECT_TRUE(equal_secret("", ""));
  EXPECT_FALSE(equal_secret("abc", "abd"));
  EXPECT_FALSE(equal_secret("abc", "ab"));
}

}  // namespace
}  // namespace vitrine
