#include "members/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrine {
namespace {

using testing::ElementsAre;

// The table once more, by role, so that a slip in one of the two shows.
TEST(Rights, OwnerMayEverything) {
  EXPECT_EQ(right_names(rights_of(Role::owner)).size(), enum_names(Right{}).size());
}

TEST(Rights, OperatorMayAllButStaffAndCodes) {
  EXPECT_THAT(right_names(rights_of(Role::operator_)),
              ElementsAre("settings.write", "room.write", "room.moderate", "stream.key", "product.write",
                          "showcase.run", "order.read", "order.write", "personal.read"));
}

TEST(Rights, HostRunsTheShowAndSeesNoBuyer) {
  EXPECT_THAT(right_names(rights_of(Role::host)),
              ElementsAre("room.write", "room.moderate", "stream.key", "showcase.run"));
}

TEST(Rights, ModeratorModerates) {
  EXPECT_THAT(right_names(rights_of(Role::moderator)), ElementsAre("room.moderate"));
}

TEST(Rights, SupportSeesBuyersAndRunsNothing) {
  EXPECT_THAT(right_names(rights_of(Role::support)),
              ElementsAre("order.read", "order.write", "sms.read", "personal.read"));
}

TEST(Rights, CallerAsksByTheSameBits) {
  StaffCaller caller;
  caller.rights = rights_of(Role::moderator);
  EXPECT_TRUE(caller.may(Right::room_moderate));
  EXPECT_FALSE(caller.may(Right::staff_manage));
}

}  // namespace
}  // namespace vitrine
