// What is found in a chat line, in every disguise, and what is left alone.
#include "rooms/word_filter.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace vitrine {
namespace {

TEST(WordFilter, AWordIsFoundInEveryDisguise) {
  const WordFilter words({"Bad Word", "shit", "代购", "  "});
  for (const auto* text : {"bad word",
                           "this is BADWORD!",
                           "ｂａｄ－ｗｏｒｄ",
                           "b.a.d w_o_r_d",
                           "b\u200Bad word",
                           "b\u0336a\u0336d word",
                           "bad\u3164word",
                           "找代购吗",
                           "代 购",
                           "代-购",
                           "ѕhіt",
                           "𝓼𝓱𝓲𝓽",
                           "ⓢⓗⓘⓣ",
                           "$h!t",
                           "5hit",
                           "s h i t",
                           "SH1T.",
                           "šhít",
                           "🅂🄷🄸🅃",
                           "s🔥h🔥i🔥t",
                           "你真是 shit 啊",
                           "真shit啊"})
    EXPECT_TRUE(words.catches(text)) << text;
}

TEST(WordFilter, OrdinaryLinesAreLeftAlone) {
  const WordFilter words({"ass", "hell", "penis", "tit", "bad word", "sex", "代购"});
  for (const auto* text : {"class", "pass the glass", "he'll come, she'll stay", "hello!", "the pen is mine",
                           "title", "a bad day", "Essex and Sussex", "as sure as can be", "shell",
                           "我代表大家购买", "Galaxy A55", "word", "", "  ", "$5.00", "好看！"})
    EXPECT_FALSE(words.catches(text)) << text;
}

TEST(WordFilter, APatternSeesThroughSpacesAndFullWidth) {
  const auto filter = WordFilter::make({}, {R"(1[3-9]\d{9})", R"(加(微|v)信?)"});
  ASSERT_TRUE(filter);
  for (const auto* text :
       {"13800138000", "138 0013 8000", "１３８００１３８０００", "138-0013-8000", "加 V 信", "请加微信"})
    EXPECT_TRUE(filter->catches(text)) << text;
  for (const auto* text : {"1380013800", "价格 138.00", "微笑"}) EXPECT_FALSE(filter->catches(text)) << text;
}

TEST(WordFilter, APatternThatIsNoneOrFitsEverythingIsNamed) {
  EXPECT_EQ(pattern_fault({"ok", "(", "x"})->index, 1u);
  EXPECT_EQ(pattern_fault({"a*"})->index, 0u);
  EXPECT_EQ(WordFilter::make({}, {"(?=x)"}).error().reason, "rooms.pattern");  // RE2 has no look-ahead
  EXPECT_FALSE(pattern_fault({"vx\\d+", "^1$"}));
}

// (a+)+$ takes a backtracking matcher longer than the universe lasts.
TEST(WordFilter, AHostilePatternTakesNoLonger) {
  const auto filter = WordFilter::make({}, {"(a+)+$"});
  ASSERT_TRUE(filter);
  EXPECT_FALSE(filter->catches(std::string(2'000, 'a') + "!b"));
}

// One letter as somebody might write it to slip through.
rc::Gen<std::string> disguised(char letter) {
  const auto offset = static_cast<char32_t>(letter - 'a');
  const auto utf8 = [](char32_t point) {
    std::string out;
    if (point < 0x800) {
      out += static_cast<char>(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      out += static_cast<char>(0xE0 | point >> 12);
      out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | point >> 18);
      out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
      out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    }
    return out += static_cast<char>(0x80 | (point & 0x3F));
  };
  std::vector<std::string> ways = {std::string(1, letter),
                                   std::string(1, static_cast<char>(letter - 32)),
                                   utf8(0xFF41 + offset),
                                   utf8(0xFF21 + offset),
                                   utf8(0x1D41A + offset),
                                   utf8(0x1D5A0 + offset),
                                   utf8(0x24D0 + offset),
                                   utf8(0x1F130 + offset),
                                   std::string(1, letter) + "\u0301",
                                   std::string(1, letter) + "\u200B"};
  const std::vector<std::pair<char, std::string>> others = {{'a', "а"}, {'e', "е"}, {'o', "ο"}, {'p', "р"},
                                                            {'c', "с"}, {'i', "і"}, {'s', "ѕ"}, {'x', "х"}};
  for (const auto& [latin, other] : others) {
    if (latin == letter) ways.push_back(other);
  }
  return rc::gen::elementOf(ways);
}

TEST(WordFilter, NoLookAlikeSlipsThrough) {
  rc::check("a listed word is found however its letters are drawn", [] {
    const auto word = *rc::gen::elementOf(std::vector<std::string>{"spam", "casino", "opiate", "hoax"});
    const auto between =
        *rc::gen::elementOf(std::vector<std::string>{"", " ", ".", "-", "\u200D", " * ", "_", "、"});
    const auto before = *rc::gen::elementOf(std::vector<std::string>{"", "look ", "看", "("});
    const auto after = *rc::gen::elementOf(std::vector<std::string>{"", " now", "啊", "!!"});
    std::string text = before;
    for (const char letter : word) text += (text == before ? "" : between) + *disguised(letter);
    RC_ASSERT(WordFilter({word}).catches(text + after));
  });
}

// Every word of the list hides inside some of these or across two of them.
TEST(WordFilter, NoSentenceOfOrdinaryWordsIsCaught) {
  const std::vector<std::string> ordinary = {
      "class",    "pass",    "assist", "grape", "therapist",    "scrap",  "hello",
      "shell",    "pen",     "is",     "title", "constitution", "button", "sussex",
      "cocktail", "peacock", "don't",  "he'll", "we're",        "can't",  "document"};
  const WordFilter words(
      {"ass", "rape", "hell", "penis", "tit", "sex", "cock", "butt", "cum", "crap", "rapist"});
  rc::check("ordinary words side by side are let through", [&] {
    const auto picked =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(ordinary)));
    const auto between = *rc::gen::elementOf(std::vector<std::string>{" ", ", ", ". ", " - "});
    std::string text;
    for (const auto& word : picked) text += (text.empty() ? "" : between) + word;
    RC_ASSERT(!words.catches(text));
  });
}

}  // namespace
}  // namespace vitrine
