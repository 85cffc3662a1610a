// What is SQLite's own: the file's rights, and honest words when the disk fails.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>

#include "store/test_database.h"
#include "store/test_disk.h"

namespace vitrine {
namespace {

class SqliteDatabaseTest : public ::testing::Test, protected NotesDatabase {
 protected:
  SqliteDatabaseTest() : NotesDatabase(Engine::sqlite) {}
  void open_in(const std::string& directory, StoreHooks* hooks = nullptr) {
    DatabaseOptions elsewhere = options();
    elsewhere.directory = directory;
    elsewhere.hooks = hooks;
    open(elsewhere);
  }
};

// Password hashes lie here; an administrator's own choice of rights stays.
TEST_F(SqliteDatabaseTest, ItsFolderIsMadeForTheOwnerAlone) {
  const std::string made = folder.path() + "/db";
  open_in(made);
  EXPECT_EQ(std::filesystem::status(made).permissions(), std::filesystem::perms::owner_all);
  std::filesystem::permissions(made, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  open_in(made);
  EXPECT_NE(std::filesystem::status(made).permissions(), std::filesystem::perms::owner_all);
}

// A disk on which writing fails, as long as the test wants.
class BrokenDisk final : public StoreHooks {
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

TEST_F(SqliteDatabaseTest, ALostCommitIsUnknownNeverRefused) {
  BrokenDisk disk;
  open(&disk);
  disk.next = StoreHooks::Commit::lose;
  EXPECT_EQ(add(1).error(), (Error{ErrorKind::unknown_outcome, "store.commit_lost"}));
  disk.next = StoreHooks::Commit::refuse;
  Result<void> second = add(2);
  while (second.error().kind == ErrorKind::unavailable) second = add(2);
  EXPECT_EQ(second.error(), (Error{ErrorKind::unknown_outcome, "store.commit_lost"}));
  Result<void> third = add(3);
  while (!third) third = add(3);
  EXPECT_EQ(count("SELECT count(*) FROM notes WHERE id = 1"), 1) << "that commit had happened";
  EXPECT_EQ(count("SELECT count(*) FROM notes WHERE id = 2"), 0) << "that one had not";
  EXPECT_EQ(count("SELECT max(n) FROM outbox"), 2) << "and the numbers know the difference";
}

TEST_F(SqliteDatabaseTest, AReadOnlyDatabaseIsUnavailableUntilItIsWritableAgain) {
  BrokenDisk disk;
  open(&disk);
  ASSERT_TRUE(add(1));
  disk.broken = true;
  disk.next = StoreHooks::Commit::refuse;  // makes the writer open the file again
  EXPECT_FALSE(add(2));
  EXPECT_EQ(add(3).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(database->health()->kind, ErrorKind::unavailable);
  EXPECT_EQ(count(), 1) << "reads go on";
  disk.broken = false;
  while (database->health()) std::this_thread::yield();
  EXPECT_TRUE(add(4));
}

TEST_F(SqliteDatabaseTest, AFullDiskLosesNothingThatWasAnsweredAndMendsByItself) {
  SmallDisk disk(folder.path(), "1m");
  BrokenDisk limited;
  limited.broken = !disk.mounted();
  limited.pragma = "PRAGMA max_page_count=200";
  open_in(disk.path(), &limited);
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

}  // namespace
}  // namespace vitrine
