// What a module may rely on of its database: answers after the commit, isolation of each closure, and
// honest words when the disk fails.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <atomic>
#include <filesystem>
#include <semaphore>

#include "store/database.h"
#include "store/idempotency.h"
#include "store/sqlite/hooks.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

const std::vector<Migration> kNotes{
    {1, "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL CHECK (length(text) < 100000));"}};

struct NoteAdded {
  static constexpr std::string_view kind = "NoteAdded";
  static constexpr int schema = 1;
  int64_t id = 0;
  static constexpr auto fields() { return std::tuple{field("id", &NoteAdded::id)}; }
};

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() { cores.start(); }
  ~DatabaseTest() override {
    if (database) database->close();
    cores.stop();
  }

  void open(SqliteHooks* hooks = nullptr, std::string directory = {}) {
    database.reset();
    auto opened = open_sqlite({.name = "test",
                               .directory = directory.empty() ? folder.path() : directory,
                               .migrations = kNotes,
                               .hooks = hooks});
    ASSERT_TRUE(opened) << opened.error().reason;
    database = std::move(*opened);
  }
  template <class Work>
  auto write(Work work) {
    return wait_on(core(), database->write(std::move(work)));
  }
  template <class Work>
  auto read(Work work) {
    return wait_on(core(), database->read(std::move(work)));
  }
  Result<void> add(int64_t id, std::string text = "note") {
    auto work = [id, text](Transaction& tx) -> Result<void> {
      auto inserted = tx.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", id, text);
      if (!inserted) return inserted.error();
      return tx.emit("note", 1, NoteAdded{id});
    };
    return write(std::move(work));
  }
  int64_t count(std::string_view sql = "SELECT count(*) FROM notes") {
    auto work = [sql](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query(sql);
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    return read(std::move(work)).value();
  }
  Core& core() { return cores.at(0); }
  // Returns when everything begun before has reached the database's queue.
  void settle() {
    std::promise<void> reached;
    core().post([&] { reached.set_value(); });
    reached.get_future().wait();
  }

  TestFolder folder;
  Cores cores{1};
  std::unique_ptr<Database> database;
};

TEST_F(DatabaseTest, WhatWasWrittenIsReadAgainAfterReopening) {
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

// Holds the writer inside a closure until the test lets it go, so that others pile up behind it.
class Gate {
 public:
  auto closure() {
    return [this](Transaction&) -> Result<void> {
      reached_.release();
      open_.acquire();
      return {};
    };
  }
  void wait_until_reached() { reached_.acquire(); }
  void let_go() { open_.release(); }

 private:
  std::binary_semaphore reached_{0};
  std::binary_semaphore open_{0};
};

class CommitCounter final : public SqliteHooks {
 public:
  void opened(sqlite3* connection) override {
    auto count = [](void* self) {
      ++static_cast<CommitCounter*>(self)->commits;
      return 0;
    };
    sqlite3_commit_hook(connection, count, this);
  }
  std::atomic<int> commits{0};
};

// Password hashes lie here; an administrator's own choice of rights stays.
TEST_F(DatabaseTest, ItsFolderIsMadeForTheOwnerAlone) {
  const std::string made = folder.path() + "/db";
  open(nullptr, made);
  EXPECT_EQ(std::filesystem::status(made).permissions(), std::filesystem::perms::owner_all);
  std::filesystem::permissions(made, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  open(nullptr, made);
  EXPECT_NE(std::filesystem::status(made).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(DatabaseTest, OneCommitCarriesEverythingThatWaited) {
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

TEST_F(DatabaseTest, AnErrorRollsBackItsOwnClosureOnly) {
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

TEST_F(DatabaseTest, AConstraintIsNamedAndTheClosureMayGoOn) {
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

TEST_F(DatabaseTest, AWrongStatementHurtsItsOwnCallerOnly) {
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

TEST_F(DatabaseTest, AReaderCannotWrite) {
  open();
  auto work = [](Transaction& tx) { return tx.execute("DELETE FROM notes"); };
  EXPECT_EQ(read(std::move(work)).error().reason, "store.read_only");
}

TEST_F(DatabaseTest, AFullQueueRefusesWithoutRunning) {
  auto opened = open_sqlite(
      {.name = "small", .directory = folder.path(), .migrations = kNotes, .queue_max = 2, .batch_max = 1});
  ASSERT_TRUE(opened);
  database = std::move(*opened);
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

TEST_F(DatabaseTest, OutboxNumbersHaveNoGapsAndNeverStartAgain) {
  open();
  for (int64_t id = 1; id <= 3; ++id) ASSERT_TRUE(add(id));
  EXPECT_FALSE(add(3)) << "a refused write takes no number";
  auto pruned = [](Transaction& tx) { return tx.execute("DELETE FROM outbox"); };
  ASSERT_TRUE(write(std::move(pruned)));
  open();
  ASSERT_TRUE(add(4));
  EXPECT_EQ(count("SELECT n FROM outbox"), 4);
}

// A disk on which writing fails, as long as the test wants.
class BrokenDisk final : public SqliteHooks {
 public:
  void opened(sqlite3* connection) override {
    sqlite3_exec(connection, broken ? pragma.c_str() : "PRAGMA query_only=OFF; PRAGMA max_page_count=1000000",
                 nullptr, nullptr, nullptr);
    now_ = connection;
  }
  // Takes effect before the next commit, on the writer's own thread.
  Commit before_commit(size_t) override {
    if (next != Commit::go_on) return next.exchange(Commit::go_on);
    return Commit::go_on;
  }
  std::atomic<bool> broken{false};
  std::atomic<Commit> next{Commit::go_on};
  std::string pragma = "PRAGMA query_only=ON";

 private:
  sqlite3* now_ = nullptr;
};

TEST_F(DatabaseTest, ALostCommitIsUnknownNeverRefused) {
  BrokenDisk disk;
  open(&disk);
  disk.next = SqliteHooks::Commit::lose;
  EXPECT_EQ(add(1).error(), (Error{ErrorKind::unknown_outcome, "store.commit_lost"}));
  disk.next = SqliteHooks::Commit::refuse;
  Result<void> second = add(2);
  while (second.error().kind == ErrorKind::unavailable) second = add(2);
  EXPECT_EQ(second.error(), (Error{ErrorKind::unknown_outcome, "store.commit_lost"}));
  Result<void> third = add(3);
  while (!third) third = add(3);
  EXPECT_EQ(count("SELECT count(*) FROM notes WHERE id = 1"), 1) << "that commit had happened";
  EXPECT_EQ(count("SELECT count(*) FROM notes WHERE id = 2"), 0) << "that one had not";
  EXPECT_EQ(count("SELECT max(n) FROM outbox"), 2) << "and the numbers know the difference";
}

TEST_F(DatabaseTest, AReadOnlyDatabaseIsUnavailableUntilItIsWritableAgain) {
  BrokenDisk disk;
  open(&disk);
  ASSERT_TRUE(add(1));
  disk.broken = true;
  disk.next = SqliteHooks::Commit::refuse;  // makes the writer open the file again
  EXPECT_FALSE(add(2));
  EXPECT_EQ(add(3).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(database->health()->kind, ErrorKind::unavailable);
  EXPECT_EQ(count(), 1) << "reads go on";
  disk.broken = false;
  while (database->health()) std::this_thread::yield();
  EXPECT_TRUE(add(4));
}

// A file system of 1 MiB: mounted when the test may, else SQLite's own limit of pages.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& directory) : path_(directory + "/disk") {
    std::filesystem::create_directory(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  void grow() {
    if (mounted_) check(mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0, "a larger disk");
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST_F(DatabaseTest, AFullDiskLosesNothingThatWasAnsweredAndMendsByItself) {
  SmallDisk disk(folder.path());
  BrokenDisk limited;
  limited.broken = !disk.mounted();
  limited.pragma = "PRAGMA max_page_count=200";
  open(&limited, disk.path());
  int64_t kept = 0;
  Result<void> last = add(kept, std::string(20'000, 'x'));
  for (; last && kept < 1'000; last = add(kept, std::string(20'000, 'x'))) ++kept;
  ASSERT_FALSE(last) << "1,000 notes of 20 kB do not fit";
  EXPECT_TRUE(last.error().kind == ErrorKind::unavailable || last.error().kind == ErrorKind::unknown_outcome);
  EXPECT_GE(count(), kept);
  disk.grow();
  limited.broken = false;
  while (!add(100'000, std::string(20'000, 'x'))) std::this_thread::yield();
  EXPECT_FALSE(database->health());
  const int64_t notes = count();
  EXPECT_EQ(count("SELECT count(*) FROM outbox"), notes) << "each note has its event";
  EXPECT_EQ(count("SELECT max(n) FROM outbox"), notes) << "without gaps";
  database->close();
}

TEST_F(DatabaseTest, ASchemaOneAheadIsAcceptedTwoAheadIsNot) {
  for (const int version : {2, 3}) {
    open();
    auto work = [version](Transaction& tx) {
      return tx.execute("UPDATE schema_version SET version = $1", version);
    };
    ASSERT_TRUE(write(std::move(work)));
    database->close();
    auto opened = open_sqlite({.name = "test", .directory = folder.path(), .migrations = kNotes});
    EXPECT_EQ(opened.ok(), version == 2);
    if (!opened) {
      EXPECT_EQ(opened.error(), (Error{ErrorKind::unsupported, "store.newer_schema"}));
    }
  }
}

TEST_F(DatabaseTest, AClosedDatabaseSaysSo) {
  open();
  database->close();
  EXPECT_EQ(add(1).error(), (Error{ErrorKind::unavailable, "store.closed"}));
}

TEST_F(DatabaseTest, AnIdempotencyKeyFindsItsEffectAndRefusesAnotherBody) {
  auto opened =
      open_sqlite({.name = "keys", .directory = folder.path(), .migrations = {{1, kIdempotencyTable}}});
  ASSERT_TRUE(opened);
  database = std::move(*opened);
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
