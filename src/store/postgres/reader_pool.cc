#include "store/postgres/reader_pool.h"

#include "store/postgres/postgres_transaction.h"

namespace vitrine {

PostgresReaderPool::PostgresReaderPool(const DatabaseOptions& options, PostgresConnection::Settings settings)
    : settings_(std::move(settings)), queue_(options.queue_max) {
  check(options.readers > 0, "a database needs a reader");
  for (int index = 0; index < options.readers; ++index) threads_.emplace_back([this] { serve(); });
}

PostgresReaderPool::~PostgresReaderPool() {
  close();
}

void PostgresReaderPool::close() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

// A connection lives until its first fault. One that was idle may be long dead: then another is tried once.
void PostgresReaderPool::serve() {
  std::unique_ptr<PostgresConnection> connection;
  while (true) {
    auto requests = queue_.take(1);
    if (requests.empty()) return;
    const bool used_before = connection != nullptr;
    Result<void> outcome = Error{ErrorKind::unavailable, "store.io"};
    for (int attempt = used_before ? 0 : 1; attempt < 2; ++attempt) {
      if (!connection) {
        auto opened = PostgresConnection::open(settings_);
        if (!opened) {
          outcome = opened.error();
          break;
        }
        connection = std::move(*opened);
      }
      outcome = run(*connection, requests.front());
      if (!connection->fault()) break;
      const bool lost = !connection->alive();
      connection.reset();
      if (!lost) break;
    }
    requests.front().answer(outcome);
  }
}

Result<void> PostgresReaderPool::run(PostgresConnection& connection, StoreRequest& request) {
  connection.defer("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  PostgresTransaction transaction(connection, PostgresTransaction::Mode::read);
  const Result<void> outcome = run_guarded(*request.job, transaction);
  if (connection.fault()) return *connection.fault();
  if (auto ended = connection.execute("COMMIT"); !ended) return ended.error();
  return outcome;
}

}  // namespace vitrine
