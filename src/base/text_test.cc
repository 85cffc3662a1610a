#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/hex.h"
#include "base/utf8.h"

namespace vitrine {
namespace {

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_utf8("mug"), 3u);
  EXPECT_EQ(count_utf8("秒杀"), 2u);
  EXPECT_EQ(count_utf8("\xF0\x9F\x98\x80"), 1u);
}

// The Unicode Standard, table 3-7: what is not well formed.
TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const std::string_view bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\x80", "\xE4\xBD", "\xFF"}) {
    EXPECT_EQ(count_utf8(bad), std::nullopt);
  }
}

TEST(Hex, RoundTrips) {
  rc::check([](const std::string& bytes) {
    RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
    RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
  });
}

TEST(Hex, GoldenForms) {
  EXPECT_EQ(to_base64("M"), "TQ==");  // RFC 4648, 10
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xFB\xFF"), "-_8");
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(from_base64url("A"), std::nullopt);
  EXPECT_EQ(from_base64url("-_9"), std::nullopt);  // the same bytes as "-_8" but for bits that do not count
}

}  // namespace
}  // namespace vitrine
