#include "store/data_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "testing/blocking.h"
#include "testing/child.h"

namespace vitrine {
namespace {

TEST(DataLock, TheSecondIsRefusedAndLearnsWhoHoldsIt) {
  const TestFolder folder;
  auto first = DataLock::acquire(folder.path());
  ASSERT_TRUE(first);
  const auto second = DataLock::acquire(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "store.data_locked");
  EXPECT_EQ(DataLock::holder(folder.path()), getpid());
}

TEST(DataLock, AKilledProcessLetsGo) {
  const TestFolder folder;
  {
    Child child([&](ChildReport& report) {
      const auto lock = DataLock::acquire(folder.path());
      report.say(lock.ok() ? 1 : 0);
      pause();
    });
    ASSERT_EQ(child.next(), 1);
    EXPECT_EQ(DataLock::holder(folder.path()), child.pid());
    EXPECT_FALSE(DataLock::acquire(folder.path()));
    child.kill();
  }
  EXPECT_EQ(DataLock::holder(folder.path()), std::nullopt);
  EXPECT_TRUE(DataLock::acquire(folder.path()));
}

}  // namespace
}  // namespace vitrine
