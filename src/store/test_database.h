// For tests of databases on either engine: one with a table of notes, opened and opened again, and what
// holds its writer.
//
// Thread  the test's.
#pragma once

#include <gtest/gtest.h>

#include <semaphore>

#include "store/database.h"
#include "store/hooks.h"
#include "testing/blocking.h"
#include "testing/postgres_server.h"

namespace vitrine {

enum class Engine : uint8_t { sqlite, postgres };

inline std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
  return info.param == Engine::sqlite ? "sqlite" : "postgres";
}
// Where `folder` keeps its databases on that engine.
inline std::string engine_url(Engine engine, const std::string& folder) {
  return engine == Engine::sqlite ? "" : shared_database_url(folder);
}

inline const std::vector<Migration> kNotes{
    {1, "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL CHECK (length(text) < 100000));"}};

struct NoteAdded {
  static constexpr std::string_view kind = "NoteAdded";
  static constexpr int schema = 1;
  int64_t id = 0;
  static constexpr auto fields() { return std::tuple{field("id", &NoteAdded::id)}; }
};

class NotesDatabase {
 public:
  explicit NotesDatabase(Engine on) : engine(on) { cores.start(); }
  ~NotesDatabase() {
    if (database) database->close();
    cores.stop();
  }

  void open(StoreHooks* hooks = nullptr) {
    DatabaseOptions options = this->options();
    options.hooks = hooks;
    open(std::move(options));
  }
  void open(DatabaseOptions options) {
    database.reset();
    auto opened = open_database(std::move(options));
    ASSERT_TRUE(opened) << opened.error().reason;
    database = std::move(*opened);
  }
  DatabaseOptions options() const {
    return {.name = "test",
            .directory = folder.path(),
            .url = engine_url(engine, folder.path()),
            .migrations = kNotes};
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

  const Engine engine;
  TestFolder folder;
  Cores cores{1};
  std::unique_ptr<Database> database;
};

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

class CommitCounter final : public StoreHooks {
 public:
  Commit before_commit(size_t) override {
    ++commits;
    return std::exchange(next, Commit::go_on);
  }
  std::atomic<int> commits{0};
  Commit next = Commit::go_on;  // set before a write, on no other thread's time
};

}  // namespace vitrine
