// Tampering with the books behind the triggers' backs: each way is found, at the entry where it begins.
#include "shop/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "shop/ledger/ledger_heads.h"
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

// Rule 18: what was carried elsewhere shows what was cut off or written anew; the chain alone does not.
TEST(LedgerHeadsTest, ADayHasOneSignedHeadAndTheLedgerIsHeldAgainstAll) {
  const MemoryFolder folder;
  SeededRandom random(1);
  LedgerHeads heads(folder.path() + "/ledger");
  ASSERT_TRUE(heads.load(folder.path() + "/secrets/ledger.key", random));
  const WallTime noon{1'767'268'800'000};  // 2026-01-01
  ShopWorld shop;
  const auto add = [&](int64_t amount) {
    auto work = [amount, noon](Transaction& tx) {
      const std::vector<LedgerLine> lines{{LedgerAccount::revenue, {-amount, {}}},
                                          {LedgerAccount::provider_clearing, {amount, {}}}};
      return add_entry(
          tx, {.at = noon, .cause = "paid", .order = {}, .payment = {}, .refund = {}, .lines = lines});
    };
    ASSERT_TRUE(shop.run(shop.services->gate.write(std::move(work))));
  };
  const auto end = [&] {
    auto look = [](Transaction& tx) { return ledger_end(tx); };
    return shop.run(shop.services->gate.read(std::move(look))).value();
  };
  const auto difference = [&] {
    auto look = [known = heads.read().value()](Transaction& tx) { return compare_heads(tx, known); };
    return shop.run(shop.services->gate.read(std::move(look))).value().value_or("");
  };
  add(100);
  add(200);
  EXPECT_TRUE(heads.write_day(end().n, end().hash, noon).value());
  add(300);
  EXPECT_FALSE(heads.write_day(end().n, end().hash, noon + Milliseconds(3'600'000)).value()) << "one a day";
  EXPECT_TRUE(heads.write_day(end().n, end().hash, noon + Milliseconds(86'400'000)).value());
  EXPECT_EQ(heads.read()->size(), 2U);
  EXPECT_EQ(difference(), "");

  LedgerHeads later(folder.path() + "/later");
  ASSERT_TRUE(later.load(folder.path() + "/secrets/ledger.key", random));
  ASSERT_TRUE(later.write_day(4, "0", noon));
  auto cut = [known = later.read().value()](Transaction& tx) { return compare_heads(tx, known); };
  EXPECT_THAT(shop.run(shop.services->gate.read(std::move(cut))).value().value_or(""),
              ::testing::HasSubstr("was cut off"));
  ASSERT_TRUE(later.write_day(3, "another hash", noon + Milliseconds(86'400'000)));
  ASSERT_TRUE(std::filesystem::remove(folder.path() + "/later/2026-01-01.json"));
  auto other = [known = later.read().value()](Transaction& tx) { return compare_heads(tx, known); };
  EXPECT_THAT(shop.run(shop.services->gate.read(std::move(other))).value().value_or(""),
              ::testing::HasSubstr("is not the one that was signed"));
}

TEST(LedgerHeadsTest, AFileThatAnotherKeySignedOrSomebodyChangedIsForged) {
  const MemoryFolder folder;
  SeededRandom random(1);
  const std::string directory = folder.path() + "/ledger";
  LedgerHeads heads(directory);
  ASSERT_TRUE(heads.load(folder.path() + "/ledger.key", random));
  ASSERT_TRUE(heads.write_day(7, "abc", WallTime{1'767'268'800'000}));
  ASSERT_TRUE(heads.read());
  LedgerHeads stranger(directory);
  ASSERT_TRUE(stranger.load(folder.path() + "/other.key", random));
  EXPECT_EQ(stranger.read().error().reason, "shop.ledger_head_forged");
  const std::string path = directory + "/2026-01-01.json";
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  text.replace(text.find("\"entries\":7"), 11, "\"entries\":6");
  std::ofstream(path) << text;
  EXPECT_EQ(heads.read().error().reason, "shop.ledger_head_forged");
}

}  // namespace
}  // namespace vitrine
