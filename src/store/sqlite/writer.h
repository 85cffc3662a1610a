// The writer: one thread that takes what waits, lets each owner decide its items at once, runs the
// closures each in its own savepoint, commits all together and answers only then (SHOP-RULES 1 to 3).
//
//   serving --disk error or failed COMMIT--> in trouble --probe commits--> serving
//
// Invariants: 1. Nobody is told "done" before the COMMIT that carries their change has returned.
// 2. After any error but a constraint the transaction is dropped with its connection.
// 3. Outbox rows are numbered without gaps in commit order.
// 4. An owner hears committed() or forget() before anybody of its batch is answered.
//
// Owns    the thread, the writing connection and the queue before it.
// Thread  push(), health() and close() from any; the rest on its own thread.
// Never   runs two closures at once, or counts a lost COMMIT as refused.
#pragma once

#include <optional>
#include <thread>
#include <vector>

#include "runtime/blocking_queue.h"
#include "runtime/guarded.h"
#include "store/hooks.h"
#include "store/request.h"
#include "store/sqlite/connection.h"

namespace vitrine {

class SqliteWriter {
 public:
  // Opens, migrates and starts. Errors: as open_sqlite.
  static Result<std::unique_ptr<SqliteWriter>> open(const DatabaseOptions& options, const std::string& path);
  ~SqliteWriter();

  Pushed push(StoreRequest& request) { return queue_.push(request); }
  std::optional<Error> health() const;
  void on_outbox(std::function<void()> wake);
  void close();  // after what is queued

 private:
  struct Batch {
    std::vector<StoreRequest> requests;
    std::vector<Result<void>> outcomes;
    std::vector<OutboxEvent> events;
    std::vector<size_t> running;  // requests of the step that ran last
  };
  SqliteWriter(const DatabaseOptions& options, const std::string& path);

  Result<void> connect();
  void serve();
  bool refuse_for(std::chrono::milliseconds time);
  void recover();
  void run_batch(std::vector<StoreRequest> requests);
  void answer_committed(Batch& batch);
  Result<void> attempt(Batch& batch);
  using Step = std::function<Result<void>(Transaction&)>;
  Result<void> run_owner(BatchOwner& owner, Batch& batch);
  Result<void> run_step(const Step& step, Batch& batch, std::vector<size_t> requests);
  Result<void> number_events(const Batch& batch);
  Result<void> commit(size_t requests);
  void drop_culprit(Batch& batch, Error error);
  void enter_trouble(Error error);
  Result<void> probe();

  DatabaseOptions options_;
  SqliteConnection::Settings settings_;
  SystemClock system_clock_;
  StoreHooks no_hooks_;
  StoreHooks& hooks_;
  std::unique_ptr<SqliteConnection> connection_;
  int64_t head_ = 0;  // the outbox number last committed
  std::chrono::milliseconds back_off_{0};
  Guarded<std::optional<Error>> trouble_;
  Guarded<std::function<void()>> wake_;
  BlockingQueue<StoreRequest> queue_;
  std::thread thread_;
};

}  // namespace vitrine
