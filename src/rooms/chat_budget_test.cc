// What a hot room shows of its chat: as much as it may, fairly chosen, staff first.
#include "rooms/chat_budget.h"

#include <gtest/gtest.h>

#include <map>

namespace vitrine {
namespace {

constexpr int64_t kPerSecond = 20;

ChatLine line_of(const std::string& speaker, int64_t number) {
  return {.id = {},
          .from = {.id = speaker, .name = speaker, .role = {}},
          .text = std::to_string(number),
          .at = {number}};
}

// A second of a room: `say` is called for each millisecond; what is shown and what is not comes out.
class Hour {
 public:
  void say(const ChatLine& line) {
    if (budget.take(line.from, kPerSecond, now))
      shown.push_back(line);
    else
      for (auto& lost : budget.wait(line)) unseen.push_back(std::move(lost));
  }
  void pass(Milliseconds time) {
    now = now + time;
    if (!budget.waiting() || now - slice_at < ChatBudget::kSlice) return;
    slice_at = now;
    auto slice = budget.end_slice(kPerSecond, now);
    for (auto& line : slice.shown) shown.push_back(std::move(line));
    for (auto& line : slice.unseen) unseen.push_back(std::move(line));
  }

  ChatBudget budget{7};
  MonotonicTime now{};
  MonotonicTime slice_at{};
  std::vector<ChatLine> shown;
  std::vector<ChatLine> unseen;
};

TEST(ChatBudget, UnderTheBudgetEveryLineIsShownAtOnce) {
  Hour hour;
  for (int64_t line = 0; line < 100; ++line) {
    hour.say(line_of("gst_" + std::to_string(line % 3), line));
    EXPECT_EQ(hour.shown.size(), static_cast<size_t>(line) + 1);
    hour.pass(Milliseconds(50));
  }
  EXPECT_TRUE(hour.unseen.empty());
}

TEST(ChatBudget, OverItTheRateHoldsAndEveryLineIsAccountedFor) {
  Hour hour;
  for (int64_t line = 0; line < 10 * 500; ++line) {
    hour.say(line_of("gst_" + std::to_string(line), line));
    hour.pass(Milliseconds(2));
  }
  hour.pass(Milliseconds(300));
  EXPECT_LE(hour.shown.size(), 10 * 20 + 20 + 7u) << "a burst of one second at most";
  EXPECT_GE(hour.shown.size(), 10 * 20u);
  EXPECT_EQ(hour.shown.size() + hour.unseen.size(), 5'000u);
  for (size_t at = 1; at < hour.shown.size(); ++at) EXPECT_LT(hour.shown[at - 1].at.ms, hour.shown[at].at.ms);
}

// One says ten times as much as each of the others, and is shown no more than they are.
TEST(ChatBudget, WhoSaysMoreIsNotShownMore) {
  Hour hour;
  int64_t number = 0;
  for (int slice = 0; slice < 2'000; ++slice) {
    for (int loud = 0; loud < 10; ++loud) hour.say(line_of("loud", number++));
    for (int quiet = 0; quiet < 19; ++quiet) hour.say(line_of("quiet" + std::to_string(quiet), number++));
    hour.pass(ChatBudget::kSlice);
  }
  std::map<std::string, double> shares;
  for (const auto& line : hour.shown) ++shares[line.from.id];
  const double fair = static_cast<double>(hour.shown.size()) / 20;
  ASSERT_EQ(shares.size(), 20u);
  for (const auto& [speaker, share] : shares) EXPECT_NEAR(share, fair, fair * 0.2) << speaker;
}

TEST(ChatBudget, WithFewSpeakersTheBudgetIsStillUsed) {
  Hour hour;
  for (int64_t line = 0; line < 1'000; ++line) {
    hour.say(line_of("gst_only", line));
    hour.pass(Milliseconds(10));
  }
  EXPECT_GE(hour.shown.size(), 200u);
}

TEST(ChatBudget, StaffAreShownAtOnceAndTheOthersGetWhatIsLeft) {
  Hour hour;
  int64_t number = 0;
  for (int second = 0; second < 10; ++second) {
    for (int ms = 0; ms < 1'000; ms += 10) {
      hour.say(line_of("gst_" + std::to_string(number), number));
      ++number;
      if (ms % 100 == 0) {
        auto host = line_of("host", number++);
        host.from.role = Role::host;
        hour.say(host);
        ASSERT_EQ(hour.shown.back().from.id, "host");
      }
      hour.pass(Milliseconds(10));
    }
  }
  EXPECT_LE(hour.shown.size(), 10 * 20 + 20 + 7u) << "both together";
  EXPECT_EQ(std::count_if(hour.shown.begin(), hour.shown.end(),
                          [](const auto& line) { return line.from.id == "host"; }),
            100);
}

TEST(ChatBudget, AFloodIsBoundedAndEachOfItsLinesHasTheSameChance) {
  ChatBudget budget(3);
  const MonotonicTime now{Microseconds(0)};
  while (budget.take({.id = "gst_first", .name = {}, .role = {}}, kPerSecond, now)) continue;
  size_t unseen = 0;
  for (int64_t number = 0; number < 10'000; ++number)
    unseen += budget.wait(line_of("gst_" + std::to_string(number), number)).size();
  EXPECT_EQ(unseen, 10'000 - ChatBudget::kWaitingMax);
  const auto slice = budget.end_slice(2'000, now + Milliseconds(1'000));
  EXPECT_EQ(slice.shown.size(), ChatBudget::kWaitingMax);
  double sum = 0;
  for (const auto& line : slice.shown) sum += static_cast<double>(line.at.ms);
  EXPECT_NEAR(sum / static_cast<double>(slice.shown.size()), 5'000, 500) << "early and late ones alike";
}

}  // namespace
}  // namespace vitrine
