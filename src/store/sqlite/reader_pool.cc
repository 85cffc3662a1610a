#include "store/sqlite/reader_pool.h"

#include "store/sqlite/sqlite_transaction.h"

namespace vitrine {

SqliteReaderPool::SqliteReaderPool(const DatabaseOptions& options, const std::string& path)
    : settings_{.path = path, .use = SqliteConnection::Use::read, .durable = options.durable},
      queue_(options.queue_max) {
  check(options.readers > 0, "a database needs a reader");
  for (int index = 0; index < options.readers; ++index) threads_.emplace_back([this] { serve(); });
}

SqliteReaderPool::~SqliteReaderPool() {
  close();
}

void SqliteReaderPool::close() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

// A connection lives until its first fault; the next closure opens another.
void SqliteReaderPool::serve() {
  std::unique_ptr<SqliteConnection> connection;
  while (true) {
    auto requests = queue_.take(1);
    if (requests.empty()) return;
    if (!connection) {
      auto opened = SqliteConnection::open(settings_);
      if (!opened) {
        requests.front().answer(opened.error());
        continue;
      }
      connection = std::move(*opened);
    }
    const Result<void> outcome = run(*connection, requests.front());
    if (connection->fault()) connection.reset();
    requests.front().answer(outcome);
  }
}

Result<void> SqliteReaderPool::run(SqliteConnection& connection, StoreRequest& request) {
  if (auto begun = connection.execute("BEGIN"); !begun) return begun.error();
  SqliteTransaction transaction(connection, SqliteConnection::Use::read);
  const Result<void> outcome = run_guarded(*request.job, transaction);
  if (connection.fault()) return *connection.fault();
  if (auto ended = connection.execute("COMMIT"); !ended) return ended.error();
  return outcome;
}

}  // namespace vitrine
