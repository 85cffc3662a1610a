// The batch door: one decision and one commit for all that wait, honest answers when the commit fails,
// and a memory that never runs ahead of what is stored.
#include <gtest/gtest.h>

#include <semaphore>

#include "store/test_database.h"

namespace vitrine {
namespace {

const std::vector<Migration> kPot{{1, R"sql(
CREATE TABLE pot (free BIGINT NOT NULL CHECK (free >= 0));
INSERT INTO pot VALUES (100);
CREATE TABLE ticket (taker BIGINT PRIMARY KEY);
)sql"}};

constexpr Error kSoldOut{ErrorKind::conflict, "test.sold_out"};

struct TicketItem final : BatchItem {
  using Answer = int64_t;  // tickets left behind it
  explicit TicketItem(int64_t who) : taker(who) {}
  int64_t taker;
  std::optional<Result<int64_t>> answer;
};

// Sells the pot's tickets from memory.
class TicketOwner final : public BatchOwner {
 public:
  Result<void> decide(Transaction& tx, std::span<BatchItem* const> items) override {
    batches.push_back(items.size());
    if (!free_) {
      auto rows = tx.query("SELECT free FROM pot");
      if (!rows) return rows.error();
      free_ = rows->front().integer(0);
    }
    std::vector<SqlValue> takers;
    for (BatchItem* waiting : items) {
      auto& item = static_cast<TicketItem&>(*waiting);
      if (*free_ == 0) {
        item.answer = kSoldOut;
        continue;
      }
      takers.push_back(to_sql(item.taker));
      item.answer = --*free_;
    }
    if (auto put = tx.execute_rows("INSERT INTO ticket (taker) VALUES ($1)", 1, takers); !put) return put;
    auto left = tx.execute("UPDATE pot SET free = $1", *free_);
    if (!left) return left.error();
    return {};
  }
  void committed() override { ++commits; }
  void forget() override {
    ++forgotten;
    if (forgets) free_.reset();
  }

  std::vector<size_t> batches;
  int commits = 0;
  int forgotten = 0;
  bool forgets = true;  // false: the naive twin

 private:
  std::optional<int64_t> free_;
};

using Taking = std::future<std::optional<Result<int64_t>>>;

class BatchTest : public ::testing::TestWithParam<Engine> {
 protected:
  BatchTest() {
    cores.start();
    auto opened = open_database({.name = "test",
                                 .directory = folder.path(),
                                 .url = engine_url(GetParam(), folder.path()),
                                 .migrations = kPot,
                                 .hooks = &plan});
    check(opened.ok(), "a database for the test");
    database = std::move(*opened);
  }
  ~BatchTest() override {
    database->close();
    cores.stop();
  }
  Result<int64_t> take(int64_t taker) {
    return wait_on(cores.at(0), database->write_batch(owner, TicketItem(taker)));
  }
  // Holds the writer until everything begun by `begin` waits behind it.
  template <class F>
  void behind_a_held_writer(F begin) {
    auto hold = [this](Transaction&) -> Result<void> {
      reached.release();
      open.acquire();
      return {};
    };
    auto held = begin_on(cores.at(0), database->write(std::move(hold)));
    reached.acquire();
    begin();
    std::promise<void> queued;
    cores.at(0).post([&] { queued.set_value(); });
    queued.get_future().wait();
    open.release();
    EXPECT_TRUE(*held.get());
  }
  int64_t count(std::string_view sql) {
    auto look = [sql](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query(sql);
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    return wait_on(cores.at(0), database->read(std::move(look))).value();
  }
  void expect_whole() {
    EXPECT_EQ(count("SELECT free FROM pot") + count("SELECT COUNT(*) FROM ticket"), 100);
  }

  TestFolder folder;
  CommitCounter plan;
  TicketOwner owner;
  Cores cores{1};
  std::unique_ptr<Database> database;
  std::binary_semaphore reached{0};
  std::binary_semaphore open{0};
};

INSTANTIATE_TEST_SUITE_P(Engines, BatchTest, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

TEST_P(BatchTest, EverythingThatWaitsIsOneDecisionAndOneCommit) {
  std::vector<Taking> takers;
  behind_a_held_writer([&] {
    for (int64_t taker = 1; taker <= 120; ++taker)
      takers.push_back(begin_on(cores.at(0), database->write_batch(owner, TicketItem(taker))));
  });
  for (size_t at = 0; at < takers.size(); ++at) {
    const Result<int64_t> left = *takers[at].get();
    if (at < 100) EXPECT_EQ(left.value(), 99 - static_cast<int64_t>(at));
    if (at >= 100) EXPECT_EQ(left.error(), kSoldOut);
  }
  EXPECT_EQ(owner.batches, std::vector<size_t>{120});
  EXPECT_EQ(plan.commits, 2) << "the held closure's and the batch's";
  EXPECT_EQ(owner.commits, 1);
  expect_whole();
}

TEST_P(BatchTest, ClosuresShareTheWriterAndTheCommit) {
  Taking taker;
  Taking seen;
  behind_a_held_writer([&] {
    auto look = [](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query("SELECT COUNT(*) FROM ticket");
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    seen = begin_on(cores.at(0), database->write(std::move(look)));
    taker = begin_on(cores.at(0), database->write_batch(owner, TicketItem(1)));
  });
  EXPECT_EQ(taker.get()->value(), 99);
  EXPECT_EQ(seen.get()->value(), 1) << "in one commit batches come before closures";
  EXPECT_EQ(plan.commits, 2);
}

TEST_P(BatchTest, AnItemTheDatabaseRefusesFallsAloneAndMemoryIsReadAgain) {
  ASSERT_EQ(take(7).value(), 99);
  std::vector<Taking> takers;
  behind_a_held_writer([&] {
    for (const int64_t taker : {1, 7, 2})
      takers.push_back(begin_on(cores.at(0), database->write_batch(owner, TicketItem(taker))));
  });
  EXPECT_EQ(takers[0].get()->value(), 98);
  EXPECT_EQ(takers[1].get()->error().reason, "store.unique") << "the second guard";
  EXPECT_EQ(takers[2].get()->value(), 97) << "nothing is lost by the one that fell";
  EXPECT_EQ(owner.forgotten, 2) << "the batch and the item that fell";
  expect_whole();
}

TEST_P(BatchTest, AFailedCommitAnswersNobodyAndTheDecisionIsForgotten) {
  ASSERT_EQ(take(1).value(), 99);
  plan.next = StoreHooks::Commit::refuse;
  EXPECT_FALSE(take(2));
  EXPECT_EQ(owner.forgotten, 1);
  while (database->health()) EXPECT_TRUE(count("SELECT 1"));
  EXPECT_EQ(take(3).value(), 98);
  expect_whole();
}

// PostgreSQL is asked what became of it; SQLite leaves that to the idempotency key.
TEST_P(BatchTest, ALostAnswerOfACommitIsNeverARefusalAndCountsAsStored) {
  ASSERT_EQ(take(1).value(), 99);
  plan.next = StoreHooks::Commit::lose;
  const Result<int64_t> second = take(2);
  if (GetParam() == Engine::postgres) EXPECT_EQ(second.value(), 98);
  if (GetParam() == Engine::sqlite) EXPECT_EQ(second.error().kind, ErrorKind::unknown_outcome);
  while (database->health()) EXPECT_TRUE(count("SELECT 1"));
  EXPECT_EQ(take(3).value(), 97);
  expect_whole();
}

// The naive twin: an owner that goes on from what it had decided loses a ticket for ever.
TEST_P(BatchTest, AnOwnerThatDoesNotForgetIsCaught) {
  owner.forgets = false;
  ASSERT_EQ(take(1).value(), 99);
  plan.next = StoreHooks::Commit::refuse;
  EXPECT_FALSE(take(2));
  while (database->health()) EXPECT_TRUE(count("SELECT 1"));
  EXPECT_EQ(take(3).value(), 97) << "one less than there is";
  EXPECT_NE(count("SELECT free FROM pot") + count("SELECT COUNT(*) FROM ticket"), 100);
}

}  // namespace
}  // namespace vitrine
