#include "members/audit.h"

#include <gtest/gtest.h>

#include "members/schema.h"
#include "testing/blocking.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

// Ten acts in a database of their own.
class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    cores_.start();
    database_ = *open_database({.name = "members",
                                .directory = folder_.path(),
                                .url = test_database_url(folder_.path()),
                                .migrations = members_migrations()});
    for (int n = 1; n <= 10; ++n) {
      const auto added = run([n](Transaction& transaction) {
        const AuditEntry entry{.actor = AccountId{n},
                               .act = "order.ship",
                               .subject = "ord_" + std::to_string(n),
                               .ip = "192.0.2.1",
                               .before = "paid",
                               .after = "shipped"};
        return append_audit(transaction, "key", entry, WallTime{1000 + n});
      });
      check(added.ok(), "an act is noted");
    }
  }
  ~AuditTest() override { database_->close(); }

  template <class Work>
  std::invoke_result_t<Work&, Transaction&> run(Work work) {
    return wait_on(cores_.at(0), database_->write(std::move(work)));
  }
  void change(const std::string& sql) {
    ASSERT_TRUE(run([sql](Transaction& transaction) { return transaction.execute(sql); })) << sql;
  }
  bool whole(const std::string& key = "key") {
    return run([key](Transaction& transaction) { return verify_audit(transaction, key); }).ok();
  }

  TestFolder folder_;
  Cores cores_{1};
  std::unique_ptr<Database> database_;
};

TEST_F(AuditTest, AnUntouchedLogIsWhole) {
  const auto head = run([](Transaction& transaction) { return verify_audit(transaction, "key"); });
  ASSERT_TRUE(head);
  EXPECT_EQ(head->rows, 10);
  EXPECT_EQ(head->hash.size(), 64u);
  EXPECT_FALSE(whole("another key"));
}

TEST_F(AuditTest, EveryChangedColumnShows) {
  for (const char* set :
       {"at_ms = at_ms + 1", "actor = 99", "act = 'order.read'", "subject = 'ord_x'", "address = '192.0.2.2'",
        "before_digest = ''", "after_digest = before_digest", "hash = 'x'"}) {
    SCOPED_TRACE(set);
    change("CREATE TABLE kept AS SELECT * FROM audit");
    change(std::string("UPDATE audit SET ") + set + " WHERE n = 5");
    EXPECT_FALSE(whole());
    change("DELETE FROM audit");
    change("INSERT INTO audit SELECT * FROM kept");
    change("DROP TABLE kept");
    EXPECT_TRUE(whole());
  }
}

TEST_F(AuditTest, ADroppedRowShows) {
  change("DELETE FROM audit WHERE n = 4");
  EXPECT_FALSE(whole());
}

TEST_F(AuditTest, ADroppedAndRenumberedRowShows) {
  change("DELETE FROM audit WHERE n = 4");
  for (int n = 5; n <= 10; ++n) {
    change("UPDATE audit SET n = " + std::to_string(n - 1) + " WHERE n = " + std::to_string(n));
  }
  EXPECT_FALSE(whole());
}

TEST_F(AuditTest, SwappedRowsShow) {
  change("UPDATE audit SET n = 100 WHERE n = 2");
  change("UPDATE audit SET n = 2 WHERE n = 3");
  change("UPDATE audit SET n = 3 WHERE n = 100");
  EXPECT_FALSE(whole());
}

TEST_F(AuditTest, WhatWasChangedIsKeptAsADigestOnly) {
  const auto rows = run([](Transaction& transaction) {
    return transaction.query("SELECT before_digest, after_digest FROM audit WHERE n = 1");
  });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().text(0).size(), 64u);
  EXPECT_NE(rows->front().text(0), rows->front().text(1));
}

}  // namespace
}  // namespace vitrine
