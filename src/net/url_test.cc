#include "net/url.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

TEST(PercentCoding, DecodesOnce) {
  EXPECT_EQ(percent_decode("a%20b"), "a b");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(form_decode("a+b%2B"), "a b+");
  EXPECT_EQ(percent_decode("%E6%A9%B1"), "橱");
  EXPECT_FALSE(percent_decode("%"));
  EXPECT_FALSE(percent_decode("%4"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(PercentCoding, EncodingComesBack) {
  rc::check([](const std::string& text) { RC_ASSERT(percent_decode(percent_encode(text)) == text); });
}

TEST(DecodePath, TakesWhatIsPlain) {
  EXPECT_EQ(decode_path("/").value(), "/");
  EXPECT_EQ(decode_path("/v1/rooms/demo").value(), "/v1/rooms/demo");
  EXPECT_EQ(decode_path("/r/%E7%9B%B4%E6%92%AD").value(), "/r/直播");
  EXPECT_EQ(decode_path("/a..b/...").value(), "/a..b/...");
}

// Every way of writing "somewhere else" that a later file lookup might understand.
TEST(DecodePath, RefusesWhatCouldMeanAnotherPlace) {
  for (const char* raw :
       {"", "v1", "*", "/a/../b", "/..", "/a/.", "/./a", "/%2e%2e/etc/passwd", "/.%2E/x", "/a%2fb", "/a%2Fb",
        "/a%5cb", "/a\\b", "/a%00b", "/a%0ab", "/%7f", "/%c0%ae%c0%ae/", "/%ff", "/a%"}) {
    EXPECT_FALSE(decode_path(raw)) << raw;
  }
}

TEST(PathSegments, SplitsBetweenSlashes) {
  using Segments = std::vector<std::string_view>;
  EXPECT_EQ(path_segments("/"), (Segments{""}));
  EXPECT_EQ(path_segments("/v1/rooms"), (Segments{"v1", "rooms"}));
  EXPECT_EQ(path_segments("/v1/"), (Segments{"v1", ""}));
}

}  // namespace
}  // namespace vitrine
