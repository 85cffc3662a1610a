// Guessing at a door ends soon; a crowd behind one address is served.
#include "rooms/entry_tries.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace vitrine {
namespace {

DoorVisitor guest(int64_t n) {
  return {.id = GuestId{n}.str(), .address = "203.0.113.5"};
}
DoorVisitor buyer(int64_t n) {
  return {.id = AccountId{n}.str(),
          .guest = GuestId{n}.str(),
          .session = SessionId{n}.str(),
          .address = "203.0.113.5"};
}

class EntryTriesTest : public ::testing::Test {
 protected:
  EntryTries tries;
  MonotonicTime now{};
};

TEST_F(EntryTriesTest, ABrowserHasFiveWrongTriesThenOneInTwoMinutes) {
  for (int n = 0; n < 5; ++n) EXPECT_EQ(tries.take(guest(1), now).count(), 0);
  EXPECT_EQ(tries.take(guest(1), now), EntryTries::kEvery);
  EXPECT_EQ(tries.take(buyer(1), now), EntryTries::kEvery) << "the same browser, signed in";
  now = now + EntryTries::kEvery;
  EXPECT_EQ(tries.take(guest(1), now).count(), 0);
  EXPECT_GT(tries.take(guest(1), now).count(), 0);
}

TEST_F(EntryTriesTest, WhatWasRightIsGivenBack) {
  for (int n = 0; n < 100; ++n) {
    ASSERT_EQ(tries.take(guest(1), now).count(), 0) << n;
    tries.give_back(guest(1), now);
  }
}

// A guesser who throws its cookie away each time is the same address; 5,000 buyers there are not guests.
TEST_F(EntryTriesTest, OneFloodingGuestIsRefusedAndFiveThousandBuyersBehindItsAddressAreServed) {
  int64_t served = 0;
  for (int64_t n = 0; n < 10'000; ++n) served += tries.take(guest(n), now).count() == 0 ? 1 : 0;
  EXPECT_EQ(served, static_cast<int64_t>(EntryTries::kOfAddress));
  for (int64_t n = 0; n < 5'000; ++n) ASSERT_EQ(tries.take(buyer(50'000 + n), now).count(), 0) << n;
}

}  // namespace
}  // namespace vitrine
