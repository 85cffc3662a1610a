#include "members/display_name.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(DisplayName, IsTrimmedAndCountedInCharacters) {
  EXPECT_EQ(clean_name("  小美 ", 24).value(), "小美");
  const std::string longest = "一二三四五六七八九十一二三四五六七八九十一二三四";
  EXPECT_TRUE(clean_name(longest, 24));
  EXPECT_EQ(clean_name(longest + "五", 24).error().reason, "members.name_length");
  EXPECT_EQ(clean_name("   ", 24).error().reason, "members.name_length");
}

TEST(DisplayName, RefusesWhatCannotBeSeen) {
  for (const char* name : {"a\nb", "a\u200Bb", "\u202Eevil", "a\u00ADb", "\uFEFFx", "\xFF", "\xC0\xAF"}) {
    EXPECT_EQ(clean_name(name, 24).error().reason, "members.name_characters") << name;
  }
  EXPECT_TRUE(clean_name("b🎉é", 24));
}

TEST(DisplayName, AGuestIsNamedInTheirLanguage) {
  EXPECT_EQ(default_guest_name(1'230'007, "zh-CN,zh;q=0.9"), "访客0007");
  EXPECT_EQ(default_guest_name(1'230'007, "de"), "Guest 0007");
}

}  // namespace
}  // namespace vitrine
