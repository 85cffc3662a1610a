#include "store/sqlite/writer.h"

#include "base/log.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_transaction.h"

namespace vitrine {
namespace {

constexpr std::chrono::milliseconds kBackOffFirst{20};
constexpr std::chrono::milliseconds kBackOffMost{1'000};
constexpr Error kCommitLost{ErrorKind::unknown_outcome, "store.commit_lost"};
constexpr Error kDiskFailed{ErrorKind::unavailable, "store.io"};

}  // namespace

Result<void> run_guarded(Database::Job& job, Transaction& transaction) {
  try {
    return job.run(transaction);
  } catch (const std::exception& thrown) {
    log_error("store.closure_threw", {{"what", thrown.what()}});
  } catch (...) {
    log_error("store.closure_threw", {{"what", "not a std::exception"}});
  }
  return Error{ErrorKind::internal, "store.closure_threw"};
}

SqliteWriter::SqliteWriter(const DatabaseOptions& options, const std::string& path)
    : options_(options),
      settings_{.path = path, .use = SqliteConnection::Use::write, .durable = options.durable},
      hooks_(options.hooks != nullptr ? *options.hooks : no_hooks_),
      queue_(options.queue_max) {}

Result<std::unique_ptr<SqliteWriter>> SqliteWriter::open(const DatabaseOptions& options,
                                                         const std::string& path) {
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(options, path));
  auto connection = SqliteConnection::open(writer->settings_);
  if (!connection) return connection.error();
  if (auto migrated = migrate(**connection, options.migrations); !migrated) return migrated.error();
  connection->reset();
  if (auto connected = writer->connect(); !connected) return connected.error();
  writer->thread_ = std::thread([raw = writer.get()] { raw->serve(); });
  return writer;
}

SqliteWriter::~SqliteWriter() {
  close();
}

void SqliteWriter::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

std::optional<Error> SqliteWriter::health() const {
  return trouble_.with([](const std::optional<Error>& trouble) { return trouble; });
}

void SqliteWriter::on_outbox(std::function<void()> wake) {
  wake_.with([&](std::function<void()>& kept) { kept = std::move(wake); });
}

// A fresh connection; whatever the last one had not committed is gone with it.
Result<void> SqliteWriter::connect() {
  connection_.reset();
  auto opened = SqliteConnection::open(settings_);
  if (!opened) return opened.error();
  const auto head = (*opened)->query("SELECT n FROM outbox_head WHERE shard = 0");
  if (!head) return head.error();
  head_ = head->front().integer(0);
  connection_ = std::move(*opened);
  hooks_.opened(connection_->handle());
  return {};
}

void SqliteWriter::serve() {
  while (true) {
    if (health()) {
      if (!refuse_for(back_off_)) return;
      recover();
    } else {
      auto requests = queue_.take(options_.batch_max);
      if (requests.empty()) return;
      run_batch(std::move(requests));
    }
  }
}

// Answers what comes while writes do not work. False when the queue is closed and empty.
bool SqliteWriter::refuse_for(std::chrono::milliseconds time) {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0 && !queue_.closed()) return true;
    auto refused = queue_.take_within(options_.batch_max, std::max(left, std::chrono::milliseconds(0)));
    if (refused.empty() && queue_.closed()) return false;
    for (auto& request : refused) request.answer(*health());
  }
}

// Tries one commit. The pause before the next try grows until a batch of real work went through.
void SqliteWriter::recover() {
  back_off_ = std::clamp(back_off_ * 2, kBackOffFirst, kBackOffMost);
  if (!probe()) return;
  log_info("store.recovered", {{"database", options_.name}});
  trouble_.with([](std::optional<Error>& trouble) { trouble.reset(); });
}

// Two real commits that need room on the disk: the only proof that the next one will work.
Result<void> SqliteWriter::probe() {
  if (auto connected = connect(); !connected) return connected;
  for (const char* step :
       {"BEGIN IMMEDIATE", "DELETE FROM store_probe", "INSERT INTO store_probe VALUES (zeroblob(32768))",
        "COMMIT", "BEGIN IMMEDIATE", "DELETE FROM store_probe", "COMMIT"}) {
    if (auto done = connection_->execute(step); !done) return done.error();
  }
  return {};
}

void SqliteWriter::enter_trouble(Error error) {
  log_error("store.trouble", {{"database", options_.name}, {"reason", error.reason}});
  connection_.reset();
  trouble_.with(
      [&](std::optional<Error>& trouble) { trouble = Error{ErrorKind::unavailable, error.reason}; });
}

// Runs the batch until everybody in it is answered. A closure whose statement is wrong is answered by
// itself and the others run again without it; trouble with the disk answers all.
void SqliteWriter::run_batch(std::vector<SqliteRequest> requests) {
  Batch batch{.requests = std::move(requests), .outcomes = {}, .events = {}};
  while (!batch.requests.empty()) {
    batch.outcomes.clear();
    batch.events.clear();
    const Result<void> end = attempt(batch);
    if (end) return answer_committed(batch);
    Error error = end.error();
    if (error.kind == ErrorKind::internal) {
      drop_culprit(batch, error);
      const Result<void> connected = connect();
      if (connected) continue;
      error = connected.error();
    }
    for (auto& request : batch.requests) request.answer(error);
    enter_trouble(error.kind == ErrorKind::unknown_outcome ? kDiskFailed : error);
    return;
  }
}

void SqliteWriter::answer_committed(Batch& batch) {
  back_off_ = std::chrono::milliseconds(0);
  head_ += static_cast<int64_t>(batch.events.size());
  for (size_t index = 0; index < batch.requests.size(); ++index)
    batch.requests[index].answer(batch.outcomes[index]);
  if (batch.events.empty()) return;
  if (const auto wake = wake_.with([](const auto& kept) { return kept; })) wake();
}

// The closure that ran last brought the transaction down.
void SqliteWriter::drop_culprit(Batch& batch, Error error) {
  check(!batch.outcomes.empty(), "a batch without a culprit");
  const size_t index = batch.outcomes.size() - 1;
  batch.requests[index].answer(error);
  batch.requests.erase(batch.requests.begin() + static_cast<std::ptrdiff_t>(index));
}

// One transaction over the whole batch. Errors: `internal` when the last closure run ended it,
// `unavailable` when nothing was committed, `unknown_outcome` when the COMMIT itself failed.
Result<void> SqliteWriter::attempt(Batch& batch) {
  if (auto begun = connection_->execute("BEGIN IMMEDIATE"); !begun) return kDiskFailed;
  for (auto& request : batch.requests) {
    batch.outcomes.emplace_back(Error{});
    if (auto ran = run_one(request, batch); !ran) return ran;
  }
  if (auto numbered = number_events(batch); !numbered)
    return Error{ErrorKind::unavailable, numbered.error().reason};
  return commit(batch.requests.size());
}

// A closure in its savepoint. An Error here ends the batch; the closure's own goes to outcomes.
Result<void> SqliteWriter::run_one(SqliteRequest& request, Batch& batch) {
  if (auto opened = connection_->execute("SAVEPOINT work"); !opened) return kDiskFailed;
  SqliteTransaction transaction(*connection_, SqliteConnection::Use::write);
  Result<void> outcome = run_guarded(*request.job, transaction);
  // SQLite rolls the whole transaction back at a full disk or an I/O error; a savepoint opened after
  // that would commit on its own.
  if (connection_->fault()) return *connection_->fault();
  if (connection_->autocommit()) return Error{ErrorKind::internal, "store.rolled_back"};
  if (!outcome) {
    if (auto back = connection_->execute("ROLLBACK TO work"); !back) return back.error();
  }
  if (auto released = connection_->execute("RELEASE work"); !released) return released.error();
  if (outcome) {
    for (auto& event : transaction.take_events()) batch.events.push_back(std::move(event));
  }
  batch.outcomes.back() = outcome;
  return {};
}

Result<void> SqliteWriter::number_events(const Batch& batch) {
  if (batch.events.empty()) return {};
  const Clock& clock = options_.clock != nullptr ? *options_.clock : system_clock_;
  const WallTime now = clock.wall();
  int64_t n = head_;
  for (const OutboxEvent& event : batch.events) {
    const std::array<SqlValue, 7> values{
        to_sql(++n),           to_sql(event.kind),    to_sql(event.schema), to_sql(event.aggregate),
        to_sql(event.version), to_sql(event.payload), to_sql(now)};
    const auto written = connection_->execute(
        "INSERT INTO outbox (shop_id, shard, n, kind, schema, aggregate, version, payload, at_ms)"
        " VALUES ('default', 0, $1, $2, $3, $4, $5, $6, $7)",
        values);
    if (!written) return written.error();
  }
  const std::array<SqlValue, 1> head{to_sql(n)};
  const auto moved = connection_->execute("UPDATE outbox_head SET n = $1 WHERE shard = 0", head);
  if (!moved) return moved.error();
  return {};
}

Result<void> SqliteWriter::commit(size_t closures) {
  const auto planned = hooks_.before_commit(closures);
  if (planned == SqliteHooks::Commit::refuse) return kCommitLost;
  const auto committed = connection_->execute("COMMIT");
  if (!committed || planned == SqliteHooks::Commit::lose) return kCommitLost;
  return {};
}

}  // namespace vitrine
