// Who may say what, when: told by a clock that stands still until moved.
#include "rooms/chat_gate.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

class ChatGateTest : public ::testing::Test {
 protected:
  ChatAuthor guest(int number, std::string address = {}) {
    const int64_t made = (clock.wall().ms - 1'704'067'200'000) << 22 | number;
    return {.id = GuestId{made}.str(), .name = "Guest", .role = std::nullopt, .address = std::move(address)};
  }
  // "" when it is said, "held:..." when it waits, else the refusal's slug.
  std::string say(const ChatAuthor& who, std::string_view text) {
    const auto judged = gate.judge(who, text, limits);
    if (const auto* refused = std::get_if<ChatRefusal>(&judged)) {
      retry_after = refused->retry_after;
      return std::string(refused->slug);
    }
    const auto& held = std::get<ChatGate::Passed>(judged).held;
    if (!held) return {};
    return "held:" + std::string(enum_names(*held)[static_cast<size_t>(*held)]);
  }
  void set(const std::function<void(ChatSettings&)>& change) {
    ChatSettings settings = gate.settings();
    change(settings);
    gate.set_settings(settings);
  }

  FakeClock clock;
  ChatGate gate{clock};
  ChatGate::Limits limits{.chars_max = 200, .pace = {Milliseconds(2'000), 3}};
  std::optional<Milliseconds> retry_after;
};

TEST_F(ChatGateTest, SlowModeLetsOneLineThroughInItsTimeAndNeverHoldsStaffBack) {
  set([](ChatSettings& settings) { settings.slow_mode_s = 30; });
  const ChatAuthor one = guest(1);
  EXPECT_EQ(say(one, "first"), "");
  clock.advance(Milliseconds(10'000));
  EXPECT_EQ(say(one, "second"), "rooms.too_fast");
  EXPECT_EQ(retry_after, Milliseconds(20'000));
  clock.advance(Milliseconds(20'000));
  EXPECT_EQ(say(one, "second"), "");
  ChatAuthor staff = guest(2);
  staff.role = Role::host;
  for (int line = 0; line < 5; ++line) EXPECT_EQ(say(staff, "welcome"), "");
}

TEST_F(ChatGateTest, ANewcomerWaitsAndIsToldHowLong) {
  set([](ChatSettings& settings) { settings.new_account_minutes = 10; });
  const ChatAuthor fresh = guest(1);
  clock.advance(Milliseconds(4 * 60'000));
  EXPECT_EQ(say(fresh, "hello"), "rooms.too_new");
  EXPECT_EQ(retry_after, Milliseconds(6 * 60'000));
  clock.advance(Milliseconds(6 * 60'000));
  EXPECT_EQ(say(fresh, "hello"), "");
}

TEST_F(ChatGateTest, OnlySignedInViewersSpeakWhereTheRoomSaysSo) {
  set([](ChatSettings& settings) { settings.speakers = Speakers::signed_in; });
  EXPECT_EQ(say(guest(1), "hello"), "rooms.sign_in_to_speak");
  ChatAuthor buyer = guest(1);
  buyer.guest = std::exchange(buyer.id, AccountId{77}.str());
  EXPECT_EQ(say(buyer, "hello"), "");
}

TEST_F(ChatGateTest, OnlyFollowersSpeakWhereTheRoomSaysSo) {
  set([](ChatSettings& settings) { settings.speakers = Speakers::followers; });
  EXPECT_EQ(say(guest(1), "hello"), "rooms.follow_to_speak");
  ChatAuthor follower = guest(1);
  follower.follows = true;
  EXPECT_EQ(say(follower, "hello"), "");
}

TEST_F(ChatGateTest, WordsAreRefusedOrHeldAndReviewHoldsEverything) {
  set([](ChatSettings& settings) { settings.words = {"spam"}; });
  EXPECT_EQ(say(guest(1), "ѕрam"), "rooms.word_blocked");
  set([](ChatSettings& settings) { settings.on_word = OnWord::hold; });
  EXPECT_EQ(say(guest(2), "spam"), "held:word");
  EXPECT_EQ(say(guest(3), "fine"), "");
  set([](ChatSettings& settings) { settings.review = Review::before; });
  EXPECT_EQ(say(guest(4), "fine"), "held:review");
}

TEST_F(ChatGateTest, AFullQueueRefusesInsteadOfForgetting) {
  set([](ChatSettings& settings) { settings.review = Review::before; });
  for (size_t line = 0; line < ChatGate::kHeldMax; ++line) {
    gate.hold({{.id = MessageId{static_cast<int64_t>(line) + 1}, .from = guest(1), .text = "x", .at = {}},
               HeldWhy::review});
  }
  EXPECT_EQ(say(guest(2), "one more"), "rooms.held_full");
  EXPECT_TRUE(gate.take_held(MessageId{1}));
  EXPECT_FALSE(gate.take_held(MessageId{1}));
  EXPECT_EQ(say(guest(2), "one more"), "held:review");
}

TEST_F(ChatGateTest, TheSameLineAgainIsRefusedForAWhileHoweverItIsWritten) {
  const ChatAuthor one = guest(1);
  EXPECT_EQ(say(one, "buy my thing, it is cheap"), "");
  clock.advance(Milliseconds(10'000));
  EXPECT_EQ(say(one, "ＢＵＹ  my-thing! it is CHEAP"), "rooms.repeated");
  EXPECT_EQ(say(one, "666"), "");
  clock.advance(Milliseconds(10'000));
  EXPECT_EQ(say(one, "666"), "");
  clock.advance(Milliseconds(20'000));
  EXPECT_EQ(say(one, "buy my thing, it is cheap"), "");
}

TEST_F(ChatGateTest, ACopiedLineFromManyIsARaidButAShortChantIsNot) {
  for (int viewer = 1; viewer <= 5; ++viewer)
    EXPECT_EQ(say(guest(viewer), "go to evil.example for gifts"), "");
  EXPECT_EQ(say(guest(6), "go to evil.example for gifts"), "rooms.repeated");
  for (int viewer = 1; viewer <= 50; ++viewer) EXPECT_EQ(say(guest(viewer), "我要"), "") << viewer;
  clock.advance(Milliseconds(11'000));
  EXPECT_EQ(say(guest(7), "go to evil.example for gifts"), "");
}

TEST_F(ChatGateTest, WhoGoesOnAfterTenRefusalsIsNotListenedToForAMinute) {
  const ChatAuthor flooder = guest(1);
  int refused = 0;
  while (say(flooder, "line " + std::to_string(refused)) != "rooms.flood") ASSERT_LT(++refused, 20);
  clock.advance(Milliseconds(59'000));
  EXPECT_EQ(say(flooder, "sorry"), "rooms.flood");
  EXPECT_EQ(say(guest(2), "I am quiet"), "");
  clock.advance(Milliseconds(1'000));
  EXPECT_EQ(say(flooder, "sorry"), "");
}

// Carrier NAT: who signed in has nothing to do with the others of the address, guests there share one pace.
TEST_F(ChatGateTest, FiveThousandBuyersOfOneAddressSpeakWhileItsFloodingGuestDoesNot) {
  int guests_said = 0;
  for (int line = 0; line < 1'000; ++line) guests_said += say(guest(line, "203.0.113.7"), "flood").empty();
  EXPECT_EQ(guests_said, 30);  // ten guests' bursts
  for (int64_t buyer = 1; buyer <= 5'000; ++buyer) {
    const ChatAuthor who{.id = AccountId{buyer}.str(), .name = "Buyer", .role = std::nullopt};
    ASSERT_EQ(say(who, "我要一个"), "") << buyer;
  }
}

TEST_F(ChatGateTest, ChangingAccountsOnOneDeviceGainsNothing) {
  const std::string device = guest(1).id;
  int said = 0;
  for (int64_t account = 1; account <= 10; ++account) {
    const ChatAuthor who{.id = AccountId{account}.str(), .name = "B", .role = std::nullopt, .guest = device};
    said += say(who, "line " + std::to_string(account)).empty();
  }
  EXPECT_EQ(said, 3);
}

TEST_F(ChatGateTest, AMuteEndsByItselfAndTheLongerOfTwoCounts) {
  const ChatAuthor one = guest(1);
  const WallTime now = clock.wall();
  gate.set_mute(SanctionScope::room, {one.id, "", now + Milliseconds(60'000), "loud"});
  gate.set_mute(SanctionScope::site, {one.id, "", now + Milliseconds(600'000), "spam"});
  EXPECT_EQ(gate.mute_of(one)->reason, "spam");
  gate.drop_mute(SanctionScope::site, one.id);
  EXPECT_EQ(say(one, "hello"), "rooms.muted");
  EXPECT_EQ(retry_after, Milliseconds(60'000));
  clock.advance(Milliseconds(60'000));
  EXPECT_EQ(say(one, "hello"), "");
}

}  // namespace
}  // namespace vitrine
