// The readers: some threads, each with its own connection, that run closures on one snapshot each.
//
// Owns    the threads, their connections and the queue before them.
// Thread  push() and close() from any.
// Never   changes the database, or waits for the writer (WAL).
#pragma once

#include <thread>
#include <vector>

#include "runtime/blocking_queue.h"
#include "store/request.h"
#include "store/sqlite/connection.h"

namespace vitrine {

class SqliteReaderPool {
 public:
  // The file exists and is migrated.
  SqliteReaderPool(const DatabaseOptions& options, const std::string& path);
  ~SqliteReaderPool();

  Pushed push(StoreRequest& request) { return queue_.push(request); }
  void close();  // after what is queued

 private:
  void serve();
  Result<void> run(SqliteConnection& connection, StoreRequest& request);

  SqliteConnection::Settings settings_;
  BlockingQueue<StoreRequest> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace vitrine
