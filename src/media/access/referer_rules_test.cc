#include "media/access/referer_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

const RefererRules kOurs{{"shop.example", "*.shop.example"}, {"bad.shop.example"}, true};

TEST(RefererRules, WithoutAnyEverybodyPlays) {
  EXPECT_TRUE(allows({}, "https://anybody.example/page", ""));
  EXPECT_TRUE(allows({}, "", ""));
}

TEST(RefererRules, TheAllowListNamesHostsAndWhatIsBelowThem) {
  EXPECT_TRUE(allows(kOurs, "https://shop.example/live?x=1", ""));
  EXPECT_TRUE(allows(kOurs, "http://SHOP.example:8443", ""));
  EXPECT_TRUE(allows(kOurs, "https://m.shop.example/", ""));
  EXPECT_FALSE(allows(kOurs, "https://other.example/", ""));
  EXPECT_FALSE(allows(kOurs, "https://myshop.example/", ""));
  EXPECT_FALSE(allows(kOurs, "https://shop.example.evil.example/", ""));
}

TEST(RefererRules, DenyCountsFirst) {
  EXPECT_FALSE(allows(kOurs, "https://bad.shop.example/", ""));
  EXPECT_FALSE(allows({{}, {"*.leech.example"}, true}, "https://www.leech.example/", ""));
  EXPECT_TRUE(allows({{}, {"*.leech.example"}, true}, "https://other.example/", ""));
}

TEST(RefererRules, APageOfOurOwnMayAlwaysPlay) {
  EXPECT_TRUE(allows(kOurs, "http://live.example:8080/r/demo", "live.example:8080"));
  EXPECT_TRUE(allows(kOurs, "https://[::1]:8443/r/demo", "[::1]:8080"));
  EXPECT_FALSE(allows(kOurs, "http://other.example/", "live.example:8080"));
}

TEST(RefererRules, WhoSendsNoneIsARuleOfItsOwn) {
  RefererRules strict = kOurs;
  strict.empty = false;
  EXPECT_TRUE(allows(kOurs, "", ""));
  EXPECT_FALSE(allows(strict, "", ""));
  EXPECT_FALSE(allows(strict, "about:blank", ""));
  EXPECT_FALSE(allows(strict, "android-app://com.example", ""));
}

// What a careless check takes for shop.example.
TEST(RefererRules, TheHostIsWhereABrowserWouldGo) {
  EXPECT_EQ(referer_host("https://shop.example@evil.example/"), "evil.example");
  EXPECT_EQ(referer_host("https://evil.example/https://shop.example/"), "evil.example");
  EXPECT_EQ(referer_host("https://evil.example?shop.example"), "evil.example");
  EXPECT_EQ(referer_host("https://evil.example#@shop.example"), "evil.example");
  EXPECT_EQ(referer_host("https://evil.example\\@shop.example"), "");
  EXPECT_EQ(referer_host("https://evil.example\\.shop.example"), "");
  EXPECT_EQ(referer_host("ftp://shop.example/"), "");
  EXPECT_EQ(referer_host("shop.example"), "");
}

TEST(RefererRules, PatternsAreHostsWithAtMostALeadingStar) {
  for (const auto* good : {"shop.example", "*.shop.example", "localhost", "192.0.2.1"})
    EXPECT_TRUE(is_referer_pattern(good)) << good;
  for (const auto* bad : {"", "*", "*.", "https://shop.example", "a b", "shop.*", "shop.example:80", "a/b"})
    EXPECT_FALSE(is_referer_pattern(bad)) << bad;
}

}  // namespace
}  // namespace vitrine
