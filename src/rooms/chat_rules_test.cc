// When a chat line may be said.
#include "rooms/chat_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(ChatRules, ALineIsTrimmedAndCountedInCharactersNotBytes) {
  EXPECT_EQ(clean_chat("  hi\tthere\n", 200).value(), "hi there");
  EXPECT_EQ(clean_chat("你好", 2).value(), "你好");
  EXPECT_EQ(clean_chat("你好啊", 2).error().reason, "rooms.text_too_long");
}

TEST(ChatRules, NothingButSpaceIsEmpty) {
  for (const auto* text : {"", "   ", "\n\t", "　　", "\u200B", "\u3164 \u2060", "\u2800"})
    EXPECT_EQ(clean_chat(text, 9).error().reason, "rooms.text_empty");
  EXPECT_TRUE(clean_chat("!!!", 9));
  EXPECT_TRUE(clean_chat("👍", 9));
}

TEST(ChatRules, BrokenBytesAreNotALine) {
  EXPECT_EQ(clean_chat("\xC3\x28", 9).error().reason, "rooms.message");
}

TEST(ChatRules, ABurstAfterQuietThenOneLineAnInterval) {
  const ChatPace::Limits limits{Milliseconds(2'000), 3};
  const auto at = [](int64_t ms) { return MonotonicTime{Microseconds(1'000'000'000 + ms * 1'000)}; };
  ChatPace pace;
  for (int line = 0; line < 3; ++line) EXPECT_EQ(pace.take(at(0), limits).count(), 0);
  EXPECT_EQ(pace.take(at(500), limits).count(), 1'500);
  EXPECT_EQ(pace.take(at(2'000), limits).count(), 0);
  EXPECT_EQ(pace.take(at(2'000), limits).count(), 2'000);
  EXPECT_FALSE(pace.rested(at(7'999)));
  EXPECT_TRUE(pace.rested(at(8'000)));
  for (int line = 0; line < 3; ++line) EXPECT_EQ(pace.take(at(60'000), limits).count(), 0);
}

}  // namespace
}  // namespace vitrine
