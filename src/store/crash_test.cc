// kill -9 in the middle of a batch: every acknowledged write is there, no event without its row, no
// hole in the numbers.
#include <gtest/gtest.h>

#include "store/database.h"
#include "testing/blocking.h"
#include "testing/child.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

const std::vector<Migration> kNotes{{1, "CREATE TABLE notes (id BIGINT PRIMARY KEY);"}};

struct NoteAdded {
  static constexpr std::string_view kind = "NoteAdded";
  static constexpr int schema = 1;
  int64_t id = 0;
  static constexpr auto fields() { return std::tuple{field("id", &NoteAdded::id)}; }
};

std::unique_ptr<Database> open_notes(const std::string& directory) {
  auto opened = open_database(
      {.name = "notes", .directory = directory, .url = test_database_url(directory), .migrations = kNotes});
  check(opened.ok(), "a database for the test");
  return std::move(*opened);
}

Task<void> add_for_ever(Database& database, int64_t first, int64_t step, ChildReport& report) {
  for (int64_t id = first;; id += step) {
    auto work = [id](Transaction& tx) -> Result<void> {
      auto added = tx.execute("INSERT INTO notes (id) VALUES ($1)", id);
      if (!added) return added.error();
      return tx.emit("note", id, NoteAdded{id});
    };
    const auto done = co_await database.write(std::move(work));
    if (done) report.say(id);
  }
}

// Twenty writers at once, so that the kill falls into a batch.
void write_until_killed(const std::string& directory, int64_t round, ChildReport& report) {
  const auto database = open_notes(directory);
  Cores cores(1);
  for (int64_t writer = 0; writer < 20; ++writer)
    cores.at(0).spawn(add_for_ever(*database, round * 1'000'000 + writer, 20, report));
  cores.start();
  pause();
}

Result<std::vector<int64_t>> numbers(Transaction& tx, std::string_view sql) {
  auto rows = tx.query(sql);
  if (!rows) return rows.error();
  std::vector<int64_t> out;
  for (const auto& row : *rows) out.push_back(row.integer(0));
  return out;
}

TEST(Crash, AKillInMidBatchKeepsEveryAcknowledgedWriteAndTheNumbersGapless) {
  const TestFolder folder;
  start_test_engine();  // before the fork: one server for all children
  std::vector<int64_t> acknowledged;
  for (int64_t round = 1; round <= 10; ++round) {
    Child child([&](ChildReport& report) { write_until_killed(folder.path(), round, report); });
    for (int heard = 0; heard < 60; ++heard) acknowledged.push_back(child.next().value());
    child.kill();
    while (const auto id = child.next()) acknowledged.push_back(*id);
  }
  const auto database = open_notes(folder.path());
  Cores cores(1);
  cores.start();
  auto notes = [](Transaction& tx) { return numbers(tx, "SELECT id FROM notes ORDER BY id"); };
  auto events = [](Transaction& tx) { return numbers(tx, "SELECT version FROM outbox ORDER BY version"); };
  auto order = [](Transaction& tx) { return numbers(tx, "SELECT n FROM outbox ORDER BY n"); };
  const auto kept = wait_on(cores.at(0), database->read(notes)).value();
  const auto told = wait_on(cores.at(0), database->read(events)).value();
  const auto n = wait_on(cores.at(0), database->read(order)).value();
  for (const int64_t id : acknowledged)
    EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), id)) << "lost: " << id;
  EXPECT_EQ(kept, told) << "each row has its event and no event is without its row";
  for (size_t index = 0; index < n.size(); ++index) ASSERT_EQ(n[index], static_cast<int64_t>(index) + 1);
  database->close();
  cores.stop();
}

// The control: a program that says "done" from inside the closure, before the commit.
TEST(Crash, AnAnswerBeforeTheCommitIsCaughtByTheSameKill) {
  const TestFolder folder;
  start_test_engine();
  Child child([&](ChildReport& report) {
    const auto database = open_notes(folder.path());
    Cores cores(1);
    cores.start();
    auto too_early = [&report](Transaction& tx) {
      auto added = tx.execute("INSERT INTO notes (id) VALUES (1)");
      report.say(1);
      pause();
      return added;
    };
    (void)wait_on(cores.at(0), database->write(too_early));
  });
  ASSERT_EQ(child.next(), 1) << "told that it is done";
  child.kill();
  const auto database = open_notes(folder.path());
  Cores cores(1);
  cores.start();
  auto notes = [](Transaction& tx) { return numbers(tx, "SELECT id FROM notes"); };
  EXPECT_TRUE(wait_on(cores.at(0), database->read(notes)).value().empty()) << "and yet it is lost";
  database->close();
  cores.stop();
}

}  // namespace
}  // namespace vitrine
