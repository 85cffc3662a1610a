// What a module may rely on of its database: answers after the commit, isolation of each closure, and
// honest words when the disk fails.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <atomic>
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

}  // namespace
}  // namespace vitrine
