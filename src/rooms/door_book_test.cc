// Who may be inside, by a clock that stands still until moved: the rules as a table, then what changes them.
#include "rooms/door_book.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

constexpr Milliseconds kMinute{60'000};

TEST(AccessRules, EachModeLetsInWhoHasWhatItAsksForAndNobodyElse) {
  const WallTime now{1'000'000};
  const Pass good{.version = 1, .source = "password"};
  const Pass stale{.version = 0, .source = "password"};
  const Pass over{.version = 1, .source = "token", .until = now};
  struct Case {
    AccessMode mode;
    int64_t tier;
    EntryFacts facts;
    EntryState expected;
  };
  const std::vector<Case> table = {
      {AccessMode::open, 0, {}, EntryState::inside},
      {AccessMode::password, 0, {}, EntryState::needs_password},
      {AccessMode::password, 0, {.pass = good}, EntryState::inside},
      {AccessMode::password, 0, {.pass = stale}, EntryState::needs_password},
      {AccessMode::password, 0, {.signed_in = true}, EntryState::needs_password},
      {AccessMode::password, 0, {.helps = true}, EntryState::inside},
      {AccessMode::invite, 0, {}, EntryState::needs_invite},
      {AccessMode::invite, 0, {.pass = good}, EntryState::inside},
      {AccessMode::members, 0, {}, EntryState::needs_sign_in},
      {AccessMode::members, 0, {.signed_in = true}, EntryState::inside},
      {AccessMode::members, 2, {}, EntryState::needs_sign_in},
      {AccessMode::members, 2, {.signed_in = true}, EntryState::needs_tier},
      {AccessMode::members, 2, {.signed_in = true, .pass = good}, EntryState::inside},
      {AccessMode::ticket, 0, {.signed_in = true}, EntryState::needs_ticket},
      {AccessMode::ticket, 0, {.signed_in = true, .pass = good}, EntryState::inside},
      {AccessMode::bought, 0, {.signed_in = true}, EntryState::needs_purchase},
      {AccessMode::bought, 0, {.signed_in = true, .pass = good}, EntryState::inside},
      {AccessMode::token, 0, {}, EntryState::needs_token},
      {AccessMode::token, 0, {.pass = over}, EntryState::needs_token},
      {AccessMode::token, 0, {.pass = good}, EntryState::inside},
  };
  for (const Case& one : table) {
    const AccessRules rules{.mode = one.mode, .tier = one.tier, .version = 1};
    EXPECT_EQ(decide_entry(rules, one.facts, now).state, one.expected)
        << enum_names(one.mode)[static_cast<size_t>(one.mode)];
  }
}

TEST(AccessRules, ATrialCountsOnlyWhileTheRoomHasOneAndNothingElseLetsIn) {
  const WallTime now{1'000'000};
  const EntryFacts begun{.trial_until = now + kMinute};
  const EntryFacts over{.trial_until = now};
  const AccessRules with{.mode = AccessMode::ticket, .trial_minutes = 3, .version = 1};
  const AccessRules without{.mode = AccessMode::ticket, .trial_minutes = 0, .version = 1};
  EXPECT_EQ(decide_entry(with, begun, now).state, EntryState::trial);
  EXPECT_EQ(decide_entry(with, begun, now).until, now + kMinute);
  EXPECT_EQ(decide_entry(with, over, now).state, EntryState::trial_over);
  EXPECT_EQ(decide_entry(with, {}, now).state, EntryState::needs_ticket);
  EXPECT_EQ(decide_entry(without, begun, now).state, EntryState::needs_ticket);
}

TEST(DoorVisitor, ItsWatchNameSaysWhoItIsInWhichSignIn) {
  const std::string session = SessionId{5}.str();
  const DoorVisitor buyer{.id = AccountId{9}.str(), .session = session};
  EXPECT_EQ(named_visitor(watch_name(buyer)).id, buyer.id);
  EXPECT_EQ(named_visitor(watch_name(buyer)).session, session);
  const DoorVisitor staff{.id = GuestId{3}.str(), .session = session, .is_staff = true};
  EXPECT_TRUE(named_visitor(watch_name(staff)).is_staff);
  EXPECT_EQ(named_visitor(GuestId{3}.str()).id, GuestId{3}.str());
  for (const char* other : {"", "staff", "press-1", "usr_", "staff-press", "-"}) {
    EXPECT_EQ(named_visitor(other).id, "") << other;
    EXPECT_FALSE(named_visitor(other).is_staff) << other;
  }
  EXPECT_LE(watch_name(buyer).size(), 64u) << "what a play token may name";
}

class DoorBookTest : public ::testing::Test {
 protected:
  EntryState state(const DoorVisitor& who) { return book.enter("demo", who).state; }
  void set(AccessMode mode, int64_t trial_minutes = 0, int64_t version = 1) {
    book.set_rules("demo", {.mode = mode, .trial_minutes = trial_minutes, .version = version});
  }
  bool may_watch(const std::string& viewer, bool vouched = true, const std::string& address = "192.0.2.1") {
    return book.may_watch({"demo", viewer, address, vouched});
  }
  Sanction ban(const std::string& account) const {
    return {.kind = SanctionKind::ban,
            .account = account,
            .name = {},
            .until = clock.wall() + kMinute,
            .reason = "fraud",
            .by = "Mod",
            .at = clock.wall()};
  }

  FakeClock clock;
  RoleBook roles;
  LiveBook lives;
  DoorBook book{roles, lives, clock};
  const DoorVisitor guest{.id = GuestId{7}.str(), .address = "198.51.100.7"};
  const DoorVisitor other{.id = GuestId{8}.str()};
  // The same browser as the guest, signed in.
  const DoorVisitor buyer{
      .id = AccountId{9}.str(), .guest = guest.id, .session = SessionId{4}.str(), .address = "198.51.100.7"};
};

TEST_F(DoorBookTest, ATrialBeginsOnceLastsItsMinutesAndGoesOnWhenTheGuestSignsIn) {
  set(AccessMode::password, 3);
  EXPECT_EQ(book.ask("demo", guest).state, EntryState::needs_password) << "asking begins nothing";
  EXPECT_EQ(state(guest), EntryState::trial);
  EXPECT_EQ(book.take_new_trials().size(), 1u);
  clock.advance(2 * kMinute);
  EXPECT_EQ(state(guest), EntryState::trial) << "coming back begins no other";
  EXPECT_TRUE(book.take_new_trials().empty());
  EXPECT_EQ(state(buyer), EntryState::trial);
  EXPECT_TRUE(may_watch(watch_name(buyer)));
  clock.advance(kMinute);
  EXPECT_EQ(book.ask("demo", guest).state, EntryState::trial_over);
  EXPECT_EQ(state(buyer), EntryState::trial_over);
  EXPECT_FALSE(may_watch(watch_name(buyer)));
  EXPECT_EQ(state(other), EntryState::trial);
}

TEST_F(DoorBookTest, ABuyersTrialIsItsOwnOnEveryBrowser) {
  set(AccessMode::ticket, 3);
  EXPECT_EQ(state(buyer), EntryState::trial);
  clock.advance(3 * kMinute);
  DoorVisitor elsewhere = buyer;
  elsewhere.guest = other.id;
  EXPECT_EQ(state(elsewhere), EntryState::trial_over);
  EXPECT_EQ(state(guest), EntryState::trial_over) << "signing out gains nothing";
}

// A new guest is one cookie away. Behind one address only so many trials begin; buyers are not counted.
TEST_F(DoorBookTest, OneAddressMakesOnlySoManyGuestTrials) {
  set(AccessMode::password, 3);
  const auto stranger = [&](int64_t n) {
    return DoorVisitor{.id = GuestId{1'000 + n}.str(), .address = "203.0.113.5"};
  };
  for (int64_t n = 0; n < DoorBook::kGuestTrialsOfAddress; ++n)
    ASSERT_EQ(state(stranger(n)), EntryState::trial) << n;
  EXPECT_EQ(state(stranger(500)), EntryState::needs_password);
  EXPECT_EQ(state(guest), EntryState::trial) << "another address";
  for (int64_t n = 0; n < 5'000; ++n) {
    const DoorVisitor one{.id = AccountId{1'000 + n}.str(), .address = "203.0.113.5"};
    ASSERT_EQ(state(one), EntryState::trial) << n;
  }
}

TEST_F(DoorBookTest, APassHoldsWhileTheRulesItWasGivenUnderDo) {
  set(AccessMode::password);
  ASSERT_TRUE(book.grant("demo", guest.id, {.version = 1, .source = "password"}));
  EXPECT_EQ(state(guest), EntryState::inside);
  EXPECT_EQ(state(buyer), EntryState::inside) << "it signed in with the pass";
  EXPECT_TRUE(may_watch(watch_name(buyer)));
  set(AccessMode::password, 0, 2);
  EXPECT_EQ(book.ask("demo", guest).state, EntryState::needs_password);
  EXPECT_FALSE(may_watch(watch_name(buyer)));
}

TEST_F(DoorBookTest, APassEndsAtItsTimeOrWhenItsSourceIsTakenBack) {
  set(AccessMode::invite);
  ASSERT_TRUE(
      book.grant("demo", guest.id, {.version = 1, .source = "invite:A", .until = clock.wall() + kMinute}));
  ASSERT_TRUE(book.grant("demo", other.id, {.version = 1, .source = "order:B"}));
  clock.advance(kMinute);
  EXPECT_EQ(book.ask("demo", guest).state, EntryState::needs_invite);
  EXPECT_EQ(book.ask("demo", other).state, EntryState::inside);
  book.revoke({}, "order:B");
  EXPECT_EQ(book.ask("demo", other).state, EntryState::needs_invite);
}

TEST_F(DoorBookTest, ATierThatFellTakesBackWhatItGave) {
  book.set_rules("demo", {.mode = AccessMode::members, .tier = 2, .version = 1});
  ASSERT_TRUE(book.grant("demo", buyer.id, {.version = 1, .source = "tier"}));
  book.revoke_above(buyer.id, 3);
  EXPECT_EQ(state(buyer), EntryState::inside);
  book.revoke_above(buyer.id, 1);
  EXPECT_EQ(state(buyer), EntryState::needs_tier);
}

TEST_F(DoorBookTest, ASignInThatEndedTakesItsSocketAndPictureAlongAndNoOther) {
  set(AccessMode::members);
  DoorVisitor phone = buyer;
  phone.session = SessionId{5}.str();
  EXPECT_FALSE(book.guards("elsewhere"));
  book.end_session(buyer.session, clock.wall() + kMinute);
  EXPECT_EQ(state(buyer), EntryState::signed_out);
  EXPECT_FALSE(may_watch(watch_name(buyer)));
  EXPECT_TRUE(may_watch(watch_name(phone)));
  EXPECT_TRUE(book.guards("elsewhere")) << "open rooms too";
  DoorVisitor staff{.id = guest.id, .session = buyer.session, .is_staff = true};
  EXPECT_EQ(state(staff), EntryState::signed_out);
}

TEST_F(DoorBookTest, ABanCountsBeforeEverythingAndEndsByItself) {
  set(AccessMode::members);
  book.set_ban("", ban(guest.id));
  EXPECT_EQ(state(buyer), EntryState::banned) << "a guest's ban goes on when it signs in";
  EXPECT_EQ(book.ask("elsewhere", guest).reason, "fraud");
  DoorVisitor staff = guest;
  staff.is_staff = true;
  EXPECT_EQ(state(staff), EntryState::inside);
  clock.advance(kMinute);
  EXPECT_EQ(state(buyer), EntryState::inside);
}

// In an open room anybody may play the open URL: a ban has to reach a token of the banned viewer, its browser
// under another name, and a player at its address that does not say who it is. Its neighbours stay.
TEST_F(DoorBookTest, ABanReachesThePictureOfAnOpenRoom) {
  EXPECT_TRUE(may_watch({}, false, buyer.address));
  EXPECT_FALSE(book.guards("demo"));
  (void)book.enter("demo", buyer);
  Sanction sanction = ban(buyer.id);
  const DoorVisitor seen = book.last_seen(buyer.id);
  sanction.device = seen.guest;
  sanction.address = seen.address;
  book.set_ban("demo", sanction);
  EXPECT_TRUE(book.guards("demo"));
  EXPECT_FALSE(may_watch(watch_name(buyer))) << "its token";
  EXPECT_FALSE(may_watch(guest.id)) << "the same browser, signed out";
  EXPECT_FALSE(may_watch({}, false, buyer.address)) << "no name, its address";
  EXPECT_TRUE(may_watch({}, false, "192.0.2.99")) << "no name, another address";
  EXPECT_TRUE(may_watch(other.id, true, buyer.address)) << "a neighbour with a name";
  book.drop_ban("demo", buyer.id, SanctionKind::ban);
  EXPECT_TRUE(may_watch({}, false, buyer.address));
  EXPECT_EQ(state(guest), EntryState::inside);
}

TEST_F(DoorBookTest, AClosedRoomIsWatchedOnlyByWhoIsVouchedFor) {
  EXPECT_TRUE(may_watch({}, false));
  set(AccessMode::password);
  EXPECT_TRUE(book.restricted("demo"));
  EXPECT_FALSE(may_watch({}, false)) << "came while the room was open";
  EXPECT_TRUE(may_watch({}, true)) << "a CDN's signed URL";
  EXPECT_TRUE(may_watch("press-1")) << "a token that staff made";
  EXPECT_FALSE(may_watch(guest.id));
}

TEST_F(DoorBookTest, HelpersOfTheRoomAreNotAskedForAnything) {
  set(AccessMode::password);
  roles.set("demo", buyer.id, RoomRole::assistant);
  EXPECT_EQ(state(buyer), EntryState::inside);
  EXPECT_TRUE(may_watch(watch_name(buyer)));
}

}  // namespace
}  // namespace vitrine
