// The writer: one thread that takes what waits, lets each owner decide its items at once, runs the closures
// after each other, commits all together and answers only then (SHOP-RULES 1 to 4).
//
//   serving --connection lost, disk full--> in trouble --connected again--> serving
//      \------ another process owns the schema now (lock or epoch) ------> fenced, for good
//
// Invariants: 1. Nobody is told "done" before the COMMIT that carries their change is known to have happened.
// 2. A connection that ends between COMMIT and its answer is settled by asking the server what became of the
// transaction; only when nobody can be asked is the outcome unknown.
// 3. Outbox rows are numbered without gaps in commit order.
// 4. An owner hears committed() or forget() before anybody of its batch is answered.
// 5. It writes only on a connection that holds the schema's lock, and every transaction compares the epoch.
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
#include "store/postgres/connection.h"
#include "store/postgres/postgres_transaction.h"
#include "store/request.h"

namespace vitrine {

class PostgresWriter {
 public:
  // Connects, takes the schema from whoever writes it, migrates and starts. Errors: as open_database.
  static Result<std::unique_ptr<PostgresWriter>> open(const DatabaseOptions& options,
                                                      PostgresConnection::Settings settings);
  ~PostgresWriter();

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
  struct Step {
    std::function<Result<void>(Transaction&)> run;
    std::function<void()> undone = [] {};
  };
  enum class Fate : uint8_t { committed, rolled_back, unknown };

  PostgresWriter(const DatabaseOptions& options, PostgresConnection::Settings settings);
  Result<void> first_connect();
  Result<void> connect();
  Result<void> lock_again(PostgresConnection& connection);
  Result<void> take_over(std::unique_ptr<PostgresConnection> connection);
  void serve();
  bool refuse_for(std::chrono::milliseconds time);
  void recover();
  void run_batch(std::vector<StoreRequest> requests);
  void answer_committed(Batch& batch);
  void answer_all(Batch& batch, Error error);
  Result<void> attempt(Batch& batch);
  Result<void> begin();
  Result<void> run_owner(BatchOwner& owner, Batch& batch);
  Result<void> run_step(const Step& step, Batch& batch, std::vector<size_t> requests);
  Result<void> number_events(const Batch& batch);
  Result<void> commit(const Batch& batch);
  Result<void> lose_commit();
  Fate read_back();
  void drop_culprit(Batch& batch, Error error);
  void enter_trouble(Error error);

  DatabaseOptions options_;
  PostgresConnection::Settings settings_;
  SystemClock system_clock_;
  StoreHooks no_hooks_;
  StoreHooks& hooks_;
  std::unique_ptr<PostgresConnection> connection_;
  int64_t backend_ = 0;  // the server's process for the connection last used, and when it began
  std::string backend_began_;
  int64_t epoch_ = 0;
  std::string transaction_;  // the number of the one that is open, as the server writes it
  int64_t head_ = 0;         // the outbox number last committed
  bool fenced_ = false;
  std::chrono::milliseconds back_off_{0};
  Guarded<std::optional<Error>> trouble_;
  Guarded<std::function<void()>> wake_;
  BlockingQueue<StoreRequest> queue_;
  std::thread thread_;
};

}  // namespace vitrine
