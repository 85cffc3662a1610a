#include "store/sqlite/writer.h"

#include <algorithm>

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

// Runs the batch until everybody in it is answered. A step whose statement is wrong is answered by
// itself and the others run again without it; trouble with the disk answers all.
void SqliteWriter::run_batch(std::vector<StoreRequest> requests) {
  Batch batch{.requests = std::move(requests), .outcomes = {}, .events = {}, .running = {}};
  while (!batch.requests.empty()) {
    batch.outcomes.assign(batch.requests.size(), Error{});
    batch.events.clear();
    const Result<void> end = attempt(batch);
    if (end) return answer_committed(batch);
    for (BatchOwner* owner : owners_of(batch.requests)) owner->forget();
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
  for (BatchOwner* owner : owners_of(batch.requests)) owner->committed();
  for (size_t index = 0; index < batch.requests.size(); ++index)
    batch.requests[index].answer(batch.outcomes[index]);
  if (batch.events.empty()) return;
  if (const auto wake = wake_.with([](const auto& kept) { return kept; })) wake();
}

// The step that ran last brought the transaction down.
void SqliteWriter::drop_culprit(Batch& batch, Error error) {
  check(!batch.running.empty(), "a batch without a culprit");
  for (auto at = batch.running.rbegin(); at != batch.running.rend(); ++at) {
    batch.requests[*at].answer(error);
    batch.requests.erase(batch.requests.begin() + static_cast<std::ptrdiff_t>(*at));
  }
}

// One transaction over the whole batch. Errors: `internal` when the step run last ended it, `unavailable`
// when nothing was committed, `unknown_outcome` when the COMMIT itself failed.
Result<void> SqliteWriter::attempt(Batch& batch) {
  if (auto begun = connection_->execute("BEGIN IMMEDIATE"); !begun) return kDiskFailed;
  // Owners first: their memory is what is committed, and a closure of this transaction is not yet.
  for (BatchOwner* owner : owners_of(batch.requests)) {
    if (auto ran = run_owner(*owner, batch); !ran) return ran;
  }
  for (size_t at = 0; at < batch.requests.size(); ++at) {
    if (batch.requests[at].owner != nullptr) continue;
    const auto closure = [&](Transaction& tx) { return run_guarded(*batch.requests[at].job, tx); };
    if (auto ran = run_step(closure, batch, {at}); !ran) return ran;
  }
  if (auto numbered = number_events(batch); !numbered)
    return Error{ErrorKind::unavailable, numbered.error().reason};
  return commit(batch.requests.size());
}

// All items of an owner as one step; when that fails, each as its own.
Result<void> SqliteWriter::run_owner(BatchOwner& owner, Batch& batch) {
  std::vector<size_t> which;
  std::vector<BatchItem*> items;
  for (size_t at = 0; at < batch.requests.size(); ++at) {
    if (batch.requests[at].owner != &owner) continue;
    which.push_back(at);
    items.push_back(batch.requests[at].item.get());
  }
  const auto together = [&](Transaction& tx) { return decide_guarded(owner, tx, items); };
  if (auto ran = run_step(together, batch, which); !ran) return ran;
  if (batch.outcomes[which.front()]) return {};
  const Error why = batch.outcomes[which.front()].error();
  log_warn("store.batch_alone", {{"items", which.size()}, {"reason", why.reason}});
  bool stale = true;  // the owner's memory runs ahead of what was rolled back
  for (size_t index = 0; index < which.size(); ++index) {
    if (stale) owner.forget();
    const auto alone = [&](Transaction& tx) {
      return decide_guarded(owner, tx, std::span(&items[index], 1));
    };
    if (auto ran = run_step(alone, batch, {which[index]}); !ran) return ran;
    stale = !batch.outcomes[which[index]];
  }
  if (stale) owner.forget();
  return {};
}

// A closure, or items of an owner, in one savepoint. An Error here ends the batch; the step's own goes to
// the outcomes of its requests.
Result<void> SqliteWriter::run_step(const Step& step, Batch& batch, std::vector<size_t> requests) {
  batch.running = std::move(requests);
  if (auto opened = connection_->execute("SAVEPOINT work"); !opened) return kDiskFailed;
  SqliteTransaction transaction(*connection_, SqliteConnection::Use::write);
  Result<void> outcome = step(transaction);
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
  for (const size_t at : batch.running) batch.outcomes[at] = outcome;
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

Result<void> SqliteWriter::commit(size_t requests) {
  const auto planned = hooks_.before_commit(requests);
  if (planned == StoreHooks::Commit::refuse) return kCommitLost;
  const auto committed = connection_->execute("COMMIT");
  if (!committed || planned == StoreHooks::Commit::lose) return kCommitLost;
  return {};
}

}  // namespace vitrine
