// A module's database: one writer that commits in groups, some readers. A write is answered only
// after its commit is durable (SHOP-RULES 1); one fsync serves everything that waited.
//
// Owns    its file (or schema), the writer and the readers.
// Thread  write(), write_batch(), read() and health() from any core; the closure runs on the writer or a
//         reader thread and may touch only what it was given.
// Never   answers before the commit, or runs two closures of one database at the same time for writing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/task.h"
#include "store/batch.h"
#include "store/transaction.h"

namespace vitrine {

class StoreHooks;  // store/hooks.h

struct Migration {
  int version = 0;       // 1, 2, 3 ... without gaps; forward only
  std::string_view sql;  // one or more statements
};

class Database {
 public:
  // A closure with a place for its answer. It is pure and may run again (rule 2).
  class Job {
   public:
    virtual ~Job() = default;
    virtual Result<void> run(Transaction& transaction) = 0;
  };

  virtual ~Database() = default;

  // Runs `work` (Transaction& -> Result<T>) in its own savepoint and answers after the commit.
  // An Error it returns rolls back that savepoint only and is the answer.
  // Errors of ours: `exhausted` "store.queue_full" (nothing ran), `unavailable` "store.io"
  // (rolled back), `unknown_outcome` "store.commit_lost" (read back by idempotency key). PostgreSQL reads
  // a lost COMMIT back itself and gives the committed answer; only a server that stays away is unknown.
  // Use: auto work = [..](Transaction& tx) -> Result<T> {..};  co_await database.write(std::move(work));
  template <class Work>
  auto write(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    return run_job(Door::write, std::move(work));
  }
  // The second door: `item` is decided by its owner together with all that wait for that owner, and
  // answered after the commit. Both doors share one writer; in one commit batches come before closures.
  // `owner` outlives the database's writer. Errors of ours as write().
  template <class Item>
  auto write_batch(BatchOwner& owner, Item item) -> Task<Result<typename Item::Answer>> {
    auto waiting = std::make_shared<Item>(std::move(item));
    const Result<void> outcome = co_await submit_batch(owner, waiting);
    if (!outcome) co_return outcome.error();
    check(waiting->answer.has_value(), "an owner answers every item");
    co_return std::move(*waiting->answer);
  }
  // The same on a reader: one snapshot, no changes.
  template <class Work>
  auto read(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    return run_job(Door::read, std::move(work));
  }

  // The last write's or open's lasting trouble, for /readyz; empty when writes work.
  virtual std::optional<Error> health() const = 0;
  // The module's name ("shop"); the source name of its outbox.
  virtual const std::string& name() const = 0;
  // Called on the writer thread after each commit that wrote outbox rows. Set before the first write.
  virtual void on_outbox(std::function<void()> wake) = 0;
  // Ends the threads after what is queued; later calls answer `unavailable` "store.closed".
  virtual void close() = 0;

 protected:
  enum class Door : uint8_t { read, write };
  // Completes on the calling coroutine's executor after the commit (write) or the snapshot (read).
  virtual Task<Result<void>> submit(Door door, std::shared_ptr<Job> job) = 0;
  virtual Task<Result<void>> submit_batch(BatchOwner& owner, std::shared_ptr<BatchItem> item) = 0;

 private:
  template <class Work>
  auto run_job(Door door, Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    using Answer = std::invoke_result_t<Work&, Transaction&>;
    struct WorkJob final : Job {
      explicit WorkJob(Work w) : work(std::move(w)) {}
      Result<void> run(Transaction& transaction) override {
        answer.emplace(work(transaction));
        if (!answer->ok()) return answer->error();
        return {};
      }
      Work work;
      std::optional<Answer> answer;
    };
    auto job = std::make_shared<WorkJob>(std::move(work));
    const Result<void> outcome = co_await submit(door, job);
    if (!outcome) co_return outcome.error();
    co_return std::move(*job->answer);
  }
};

struct DatabaseOptions {
  std::string name;       // the module: names the file or schema and the outbox source
  std::string directory;  // DATA/db; SQLite only
  std::string url{};      // "postgres://..."; empty: SQLite
  std::vector<Migration> migrations;
  bool durable = true;        // synchronous=FULL; false (NORMAL) for chat and telemetry
  size_t queue_max = 20'000;  // waiting requests; over it "store.queue_full"
  size_t batch_max = 256;     // requests one commit carries at most
  int readers = 2;
  const Clock* clock = nullptr;  // stamps outbox rows; null: the system's
  StoreHooks* hooks = nullptr;   // tests only
};

// Opens (and migrates) where the options say: open_postgres() with a URL, else open_sqlite().
Result<std::unique_ptr<Database>> open_database(DatabaseOptions options);

// Opens (and migrates) DIRECTORY/NAME.sqlite. Errors: `unavailable` "store.open",
// `unsupported` "store.newer_schema" (more than one version ahead of this program).
Result<std::unique_ptr<Database>> open_sqlite(DatabaseOptions options);

// Opens (and migrates) the schema NAME of the database the URL names. Whoever opens it writes it from then
// on; who wrote it before answers `unavailable` "store.not_owner" for good. Errors: `invalid_input`
// "store.database_url", and as open_sqlite().
Result<std::unique_ptr<Database>> open_postgres(DatabaseOptions options);

}  // namespace vitrine
