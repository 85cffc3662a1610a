// What a module may rely on of its database, on SQLite and on PostgreSQL: answers after the commit,
// isolation of each closure, honest words.
#include <gtest/gtest.h>

#include "store/idempotency.h"
#include "store/test_database.h"

namespace vitrine {
namespace {

class DatabaseContract : public ::testing::TestWithParam<Engine>, protected NotesDatabase {
 protected:
  DatabaseContract() : NotesDatabase(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Engines, DatabaseContract, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

TEST_P(DatabaseContract, WhatWasWrittenIsReadAgainAfterReopening) {
  open();
  ASSERT_TRUE(add(7, "kept"));
  open();
  auto work = [](Transaction& tx) -> Result<std::string> {
    auto rows = tx.query("SELECT text FROM notes WHERE id = $1", 7);
    if (!rows) return rows.error();
    return rows->front().text(0);
  };
  EXPECT_EQ(read(std::move(work)).value(), "kept");
}

TEST_P(DatabaseContract, OneCommitCarriesEverythingThatWaited) {
  CommitCounter hooks;
  open(&hooks);
  Gate gate;
  auto held = begin_on(core(), database->write(gate.closure()));
  gate.wait_until_reached();
  std::vector<std::future<std::optional<Result<void>>>> waiting;
  for (int64_t id = 0; id < 200; ++id) {
    auto work = [id](Transaction& tx) -> Result<void> {
      auto added = tx.execute("INSERT INTO notes VALUES ($1, 'waited')", id);
      if (!added) return added.error();
      return {};
    };
    waiting.push_back(begin_on(core(), database->write(std::move(work))));
  }
  settle();
  const int before = hooks.commits;
  gate.let_go();
  for (auto& answer : waiting) EXPECT_TRUE(*answer.get());
  EXPECT_LE(hooks.commits - before, 2);
  EXPECT_EQ(count(), 200);
}

TEST_P(DatabaseContract, AnErrorRollsBackItsOwnClosureOnly) {
  open();
  Gate gate;
  auto held = begin_on(core(), database->write(gate.closure()));
  gate.wait_until_reached();
  auto refused = [](Transaction& tx) -> Result<void> {
    (void)tx.execute("INSERT INTO notes VALUES (1, 'refused')");
    (void)tx.emit("note", 1, NoteAdded{1});
    return Error{ErrorKind::conflict, "test.refused"};
  };
  auto thrower = [](Transaction& tx) -> Result<void> {
    (void)tx.execute("INSERT INTO notes VALUES (2, 'thrown')");
    throw std::runtime_error("a bug in a handler");
  };
  auto first = begin_on(core(), database->write(refused));
  auto second = begin_on(core(), database->write(thrower));
  auto good = [](Transaction& tx) -> Result<int64_t> {
    return tx.execute("INSERT INTO notes VALUES (3, 'kept')");
  };
  auto third = begin_on(core(), database->write(good));
  settle();
  gate.let_go();
  EXPECT_EQ(first.get()->error().reason, "test.refused");
  EXPECT_EQ(second.get()->error(), (Error{ErrorKind::internal, "store.closure_threw"}));
  EXPECT_EQ(third.get()->value(), 1);
  EXPECT_EQ(count("SELECT id FROM notes"), 3);
  EXPECT_EQ(count("SELECT count(*) FROM outbox"), 0) << "the refused closure's event went with it";
}

TEST_P(DatabaseContract, AConstraintIsNamedAndTheClosureMayGoOn) {
  open();
  ASSERT_TRUE(add(1));
  auto work = [](Transaction& tx) -> Result<std::vector<std::string_view>> {
    std::vector<std::string_view> reasons;
    reasons.push_back(tx.execute("INSERT INTO notes VALUES (1, 'twice')").error().reason);
    reasons.push_back(tx.execute("INSERT INTO notes VALUES (2, NULL)").error().reason);
    if (auto added = tx.execute("INSERT INTO notes VALUES (3, 'after')"); !added) return added.error();
    return reasons;
  };
  EXPECT_EQ(write(std::move(work)).value(), (std::vector<std::string_view>{"store.unique", "store.check"}));
  EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseContract, AWrongStatementHurtsItsOwnCallerOnly) {
  open();
  Gate gate;
  auto held = begin_on(core(), database->write(gate.closure()));
  gate.wait_until_reached();
  auto good = [](Transaction& tx) { return tx.execute("INSERT INTO notes VALUES (1, 'kept')"); };
  auto bad = [](Transaction& tx) { return tx.execute("INSERT INTO nowhere VALUES (1)"); };
  auto before = begin_on(core(), database->write(good));
  auto culprit = begin_on(core(), database->write(bad));
  auto after = begin_on(core(), database->write([](Transaction& tx) {
    return tx.execute("INSERT INTO notes VALUES (2, 'kept')");
  }));
  settle();
  gate.let_go();
  EXPECT_EQ(culprit.get()->error(), (Error{ErrorKind::internal, "store.statement"}));
  EXPECT_TRUE(*before.get());
  EXPECT_TRUE(*after.get());
  EXPECT_EQ(count(), 2) << "each ran again once and counts once";
}

TEST_P(DatabaseContract, AReaderCannotWrite) {
  open();
  auto work = [](Transaction& tx) { return tx.execute("DELETE FROM notes"); };
  EXPECT_EQ(read(std::move(work)).error().reason, "store.read_only");
}

TEST_P(DatabaseContract, AFullQueueRefusesWithoutRunning) {
  DatabaseOptions small = options();
  small.queue_max = 2;
  small.batch_max = 1;
  open(small);
  Gate gate;
  auto held = begin_on(core(), database->write(gate.closure()));
  gate.wait_until_reached();
  auto nothing = [](Transaction&) -> Result<void> { return {}; };
  auto first = begin_on(core(), database->write(nothing));
  auto second = begin_on(core(), database->write(nothing));
  EXPECT_EQ(write(nothing).error(), (Error{ErrorKind::exhausted, "store.queue_full"}));
  gate.let_go();
  EXPECT_TRUE(*first.get());
  EXPECT_TRUE(*second.get());
}

TEST_P(DatabaseContract, OutboxNumbersHaveNoGapsAndNeverStartAgain) {
  open();
  for (int64_t id = 1; id <= 3; ++id) ASSERT_TRUE(add(id));
  EXPECT_FALSE(add(3)) << "a refused write takes no number";
  auto pruned = [](Transaction& tx) { return tx.execute("DELETE FROM outbox"); };
  ASSERT_TRUE(write(std::move(pruned)));
  open();
  ASSERT_TRUE(add(4));
  EXPECT_EQ(count("SELECT n FROM outbox"), 4);
}

TEST_P(DatabaseContract, ASchemaOneAheadIsAcceptedTwoAheadIsNot) {
  for (const int version : {2, 3}) {
    open();
    auto work = [version](Transaction& tx) {
      return tx.execute("UPDATE schema_version SET version = $1", version);
    };
    ASSERT_TRUE(write(std::move(work)));
    database->close();
    auto opened = open_database(options());
    EXPECT_EQ(opened.ok(), version == 2);
    if (!opened) {
      EXPECT_EQ(opened.error(), (Error{ErrorKind::unsupported, "store.newer_schema"}));
    }
  }
}

TEST_P(DatabaseContract, AClosedDatabaseSaysSo) {
  open();
  database->close();
  EXPECT_EQ(add(1).error(), (Error{ErrorKind::unavailable, "store.closed"}));
}

TEST_P(DatabaseContract, AnIdempotencyKeyFindsItsEffectAndRefusesAnotherBody) {
  DatabaseOptions keys = options();
  keys.migrations = {{1, kIdempotencyTable}};
  open(keys);
  auto record = [](Transaction& tx) {
    return record_effect(tx, {"usr_1 placeOrder", "k1", "aa"}, 42, WallTime{1});
  };
  ASSERT_TRUE(write(record));
  auto find = [](IdempotencyKey key) { return [key](Transaction& tx) { return find_effect(tx, key); }; };
  EXPECT_EQ(read(find({"usr_1 placeOrder", "k1", "aa"})).value(), 42);
  EXPECT_EQ(read(find({"usr_2 placeOrder", "k1", "aa"})).value(), std::nullopt);
  EXPECT_EQ(read(find({"usr_1 placeOrder", "k1", "bb"})).error(),
            (Error{ErrorKind::conflict, "request.idempotency_key_reused"}));
}

}  // namespace
}  // namespace vitrine
