// Tampering with the books behind the triggers' backs: each way is found, at the entry where it begins.
#include "shop/ledger/ledger.h"

#include <gtest/gtest.h>

#include "shop/test_world.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    const SkuId mug = world.add_product("mug", 990, 50);
    for (int sale = 0; sale < 5; ++sale) {
      world.choose(world.begin_payment(world.buy("bob1", mug, 1), "bob1"), SandboxOutcome::succeed);
    }
    for (const std::string table : {"ledger_entry", "ledger_line"}) {
      const std::string on = testing_on_postgres() ? " ON " + table : "";
      for (const char* trigger : {"_stays", "_kept"}) world.tamper("DROP TRIGGER " + table + trigger + on);
    }
  }
  LedgerReport verify(std::string head = {}) {
    auto look = [head](Transaction& tx) { return verify_ledger(tx, head); };
    return world.run(world.services->gate.read(std::move(look))).value();
  }
  // Books all entries again from `first` on, as somebody would who knows how.
  void forge_from(int64_t first) {
    auto work = [first](Transaction& tx) -> Result<void> {
      auto former = tx.query("SELECT hash FROM ledger_entry WHERE n = $1", first - 1);
      if (!former) return former.error();
      std::string hash = former->front().text(0);
      auto rows = tx.query(
          "SELECT n, at_ms, cause, order_id, payment, refund FROM ledger_entry WHERE n >= $1 ORDER BY n",
          first);
      if (!rows) return rows.error();
      for (const Row& row : *rows) {
        LedgerEntry entry{row.integer(0),       row.time(1),         row.text(2), row.id<OrderId>(3),
                          row.id<PaymentId>(4), row.id<RefundId>(5), {}};
        auto lines = tx.query("SELECT account, amount FROM ledger_line WHERE n = $1 ORDER BY line", entry.n);
        if (!lines) return lines.error();
        for (const Row& line : *lines) {
          entry.lines.push_back({static_cast<LedgerAccount>(line.integer(0)), {line.integer(1), {}}});
        }
        hash = chain_hash(hash, entry);
        auto put = tx.execute("UPDATE ledger_entry SET hash = $1 WHERE n = $2", hash, entry.n);
        if (!put) return put.error();
      }
      return {};
    };
    check(world.run(world.services->gate.database()->write(std::move(work))).ok(), "it is forged");
  }

  ShopWorld world;
};

struct Tampering {
  const char* how;
  const char* sql;
  const char* entry;  // the first that is wrong
};
constexpr Tampering kTamperings[] = {
    {"an amount on one side", "UPDATE ledger_line SET amount = amount + 1 WHERE n = 3 AND line = 0",
     "entry 3 "},
    {"an amount on both sides", "UPDATE ledger_line SET amount = amount * 2 WHERE n = 3", "entry 3 "},
    {"the order it was for", "UPDATE ledger_entry SET order_id = order_id + 1 WHERE n = 2", "entry 2 "},
    {"when it was", "UPDATE ledger_entry SET at_ms = at_ms - 1 WHERE n = 4", "entry 4 "},
    {"its account", "UPDATE ledger_line SET account = 6 WHERE n = 2 AND account = 3", "entry 2 "},
    {"no such account", "UPDATE ledger_line SET account = 99 WHERE n = 5 AND line = 0", "entry 5 "},
    {"an entry is gone", "DELETE FROM ledger_entry WHERE n = 3", "entry 3 is missing"},
    {"its lines are gone", "DELETE FROM ledger_line WHERE n = 3", "entry 3 "},
    {"a line too many",
     "INSERT INTO ledger_line SELECT shop_id, 1, 9, account, 0, currency FROM ledger_line "
     "WHERE n = 1 AND line = 0",
     "entry 1 "},
    {"two entries changed places",
     "UPDATE ledger_entry SET n = CASE n WHEN 102 THEN 3 ELSE 2 END WHERE n IN (102, 103)", "entry 2 "},
};

class LedgerTampering : public LedgerTest, public ::testing::WithParamInterface<Tampering> {};

TEST_P(LedgerTampering, IsFoundWhereItBegins) {
  ASSERT_FALSE(verify().fault);
  if (std::string(GetParam().how) == "two entries changed places") {
    world.tamper("UPDATE ledger_entry SET n = n + 100 WHERE n IN (2, 3)");
  }
  world.tamper(GetParam().sql);
  const LedgerReport report = verify();
  ASSERT_TRUE(report.fault) << GetParam().how;
  EXPECT_EQ(report.fault->find(GetParam().entry), 0u) << *report.fault;
}
INSTANTIATE_TEST_SUITE_P(Ways, LedgerTampering, ::testing::ValuesIn(kTamperings));

TEST_F(LedgerTest, BooksForgedWholeAreFoundByTheHeadThatWasKept) {
  const std::string head = verify().head;
  world.tamper("UPDATE ledger_line SET amount = amount * 2 WHERE n = 3");
  forge_from(3);
  EXPECT_FALSE(verify().fault) << "the chain alone cannot tell";
  EXPECT_TRUE(verify(head).fault);
}

TEST_F(LedgerTest, ACutTailIsFoundByTheHeadThatWasKept) {
  const std::string head = verify().head;
  world.tamper("DELETE FROM ledger_entry WHERE n = 5");
  EXPECT_FALSE(verify().fault);
  EXPECT_TRUE(verify(head).fault);
}

}  // namespace
}  // namespace vitrine
