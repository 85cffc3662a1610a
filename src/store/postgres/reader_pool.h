// The readers: some threads, each with its own connection, that run closures on one snapshot each.
//
// Owns    the threads, their connections and the queue before them.
// Thread  push() and close() from any.
// Never   changes the database, or waits for the writer.
#pragma once

#include <thread>
#include <vector>

#include "runtime/blocking_queue.h"
#include "store/postgres/connection.h"
#include "store/request.h"

namespace vitrine {

class PostgresReaderPool {
 public:
  PostgresReaderPool(const DatabaseOptions& options, PostgresConnection::Settings settings);
  ~PostgresReaderPool();

  Pushed push(StoreRequest& request) { return queue_.push(request); }
  void close();  // after what is queued

 private:
  void serve();
  Result<void> run(PostgresConnection& connection, StoreRequest& request);

  PostgresConnection::Settings settings_;
  BlockingQueue<StoreRequest> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace vitrine
