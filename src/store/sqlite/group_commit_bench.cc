// What group commit buys: durable writes a second by how many wait at once. One waiting is the bare
// lower bound: one fsync each.
#include <benchmark/benchmark.h>

#include "store/database.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

constexpr int kWritesEach = 200;
const std::vector<Migration> kNotes{{1, "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL);"}};

Task<void> write_notes(Database& database, int64_t first) {
  for (int64_t id = first; id < first + kWritesEach; ++id) {
    auto work = [id](Transaction& tx) {
      return tx.execute("INSERT INTO notes VALUES ($1, 'a narrow row')", id);
    };
    const auto written = co_await database.write(std::move(work));
    check(written.ok(), "the benchmark's disk takes writes");
  }
}

void durable_writes(benchmark::State& state) {
  const TestFolder folder;
  auto database = open_sqlite({.name = "bench", .directory = folder.path(), .migrations = kNotes});
  check(database.ok(), "a database for the benchmark");
  Cores cores(1);
  cores.start();
  int64_t next = 0;
  for (auto _ : state) {
    std::vector<std::future<void>> writers;
    for (int64_t writer = 0; writer < state.range(0); ++writer) {
      writers.push_back(begin_on(cores.at(0), write_notes(**database, next)));
      next += kWritesEach;
    }
    for (auto& writer : writers) writer.get();
  }
  state.SetItemsProcessed(next);
  (*database)->close();
  cores.stop();
}
BENCHMARK(durable_writes)
    ->ArgName("waiting")
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->Arg(256)
    ->UseRealTime()
    ->MinTime(1.0);

}  // namespace
}  // namespace vitrine

BENCHMARK_MAIN();
