#include "store/postgres/writer.h"

#include <algorithm>

#include "base/log.h"
#include "store/postgres/migrate.h"
#include "store/postgres/schema_lock.h"

namespace vitrine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBackOffFirst{20};
constexpr milliseconds kBackOffMost{1'000};
constexpr milliseconds kTakeLockMost{5'000};
constexpr milliseconds kReadBackMost{5'000};
// So long may our own last connection take to end by itself before it is ended.
constexpr milliseconds kOldConnectionMost{300};
constexpr milliseconds kAskAgain{5};
constexpr Error kCommitLost{ErrorKind::unknown_outcome, "store.commit_lost"};
constexpr Error kLost{ErrorKind::unavailable, "store.io"};
constexpr Error kNotOwner{ErrorKind::unavailable, "store.not_owner"};

}  // namespace

PostgresWriter::PostgresWriter(const DatabaseOptions& options, PostgresConnection::Settings settings)
    : options_(options),
      settings_(std::move(settings)),
      hooks_(options.hooks != nullptr ? *options.hooks : no_hooks_),
      queue_(options.queue_max) {}

Result<std::unique_ptr<PostgresWriter>> PostgresWriter::open(const DatabaseOptions& options,
                                                             PostgresConnection::Settings settings) {
  std::unique_ptr<PostgresWriter> writer(new PostgresWriter(options, std::move(settings)));
  if (auto connected = writer->first_connect(); !connected) return connected.error();
  writer->thread_ = std::thread([raw = writer.get()] { raw->serve(); });
  return writer;
}

PostgresWriter::~PostgresWriter() {
  close();
}

void PostgresWriter::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

std::optional<Error> PostgresWriter::health() const {
  return trouble_.with([](const std::optional<Error>& trouble) { return trouble; });
}

void PostgresWriter::on_outbox(std::function<void()> wake) {
  wake_.with([&](std::function<void()>& kept) { kept = std::move(wake); });
}

// Whoever opens a schema writes it from now on; who wrote it before is fenced by the epoch.
Result<void> PostgresWriter::first_connect() {
  auto opened = PostgresConnection::open(settings_);
  if (!opened) return opened.error();
  PostgresConnection& connection = **opened;
  if (auto locked = take_lock(connection, settings_.schema, kTakeLockMost); !locked) return locked;
  if (auto made = connection.run_script("CREATE SCHEMA IF NOT EXISTS " + settings_.schema); !made)
    return made;
  if (auto migrated = migrate(connection, options_.migrations); !migrated) return migrated;
  const auto raised = connection.query("UPDATE store_owner SET epoch = epoch + 1 RETURNING epoch");
  if (!raised) return raised.error();
  epoch_ = raised->front().integer(0);
  return take_over(std::move(*opened));
}

// A fresh connection; whatever the last one had not committed is gone with it.
Result<void> PostgresWriter::connect() {
  connection_.reset();
  auto opened = PostgresConnection::open(settings_);
  if (!opened) return opened.error();
  if (auto locked = lock_again(**opened); !locked) return locked;
  return take_over(std::move(*opened));
}

// The lock may still be with our own last connection, whose end the server has not noticed yet.
Result<void> PostgresWriter::lock_again(PostgresConnection& connection) {
  const auto begun = steady_clock::now();
  while (true) {
    const auto locked = try_take_lock(connection, settings_.schema);
    if (!locked) return locked.error();
    const auto epoch = connection.query("SELECT epoch FROM store_owner");
    if (!epoch) return epoch.error();
    if (epoch->front().integer(0) != epoch_) {
      fenced_ = true;
      return kNotOwner;
    }
    if (*locked) return {};
    if (steady_clock::now() - begun > kOldConnectionMost) {
      if (auto ended = end_holder(connection, {backend_, backend_began_}); !ended) return ended;
      if (steady_clock::now() - begun > 2 * kOldConnectionMost) return kNotOwner;
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

Result<void> PostgresWriter::take_over(std::unique_ptr<PostgresConnection> connection) {
  const auto head = connection->query("SELECT n FROM outbox_head WHERE shard = 0");
  if (!head) return head.error();
  const auto began = backend_began(*connection, connection->backend());
  if (!began) return began.error();
  head_ = head->front().integer(0);
  backend_ = connection->backend();
  backend_began_ = *began;
  connection_ = std::move(connection);
  return {};
}

void PostgresWriter::serve() {
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
bool PostgresWriter::refuse_for(milliseconds time) {
  const auto until = steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left.count() <= 0 && !queue_.closed()) return true;
    auto refused = queue_.take_within(options_.batch_max, std::max(left, milliseconds(0)));
    if (refused.empty() && queue_.closed()) return false;
    for (auto& request : refused) request.answer(*health());
  }
}

void PostgresWriter::recover() {
  back_off_ = std::clamp(back_off_ * 2, kBackOffFirst, kBackOffMost);
  if (fenced_) return;
  if (const auto connected = connect(); !connected) {
    if (fenced_) enter_trouble(kNotOwner);
    return;
  }
  log_info("store.recovered", {{"database", options_.name}});
  trouble_.with([](std::optional<Error>& trouble) { trouble.reset(); });
}

void PostgresWriter::enter_trouble(Error error) {
  log_error("store.trouble", {{"database", options_.name}, {"reason", error.reason}});
  connection_.reset();
  trouble_.with(
      [&](std::optional<Error>& trouble) { trouble = Error{ErrorKind::unavailable, error.reason}; });
}

// Runs the batch until everybody in it is answered. A step whose statement is wrong is answered by itself
// and the others run again without it; trouble with the server answers all.
void PostgresWriter::run_batch(std::vector<StoreRequest> requests) {
  Batch batch{.requests = std::move(requests), .outcomes = {}, .events = {}, .running = {}};
  while (!batch.requests.empty()) {
    batch.outcomes.assign(batch.requests.size(), Error{});
    batch.events.clear();
    const Result<void> end = attempt(batch);
    if (end) return answer_committed(batch);
    Error error = end.error();
    const Fate fate = error.kind == ErrorKind::unknown_outcome ? read_back() : Fate::rolled_back;
    if (fate == Fate::committed) {
      answer_committed(batch);
      if (auto connected = connect(); !connected) enter_trouble(fenced_ ? kNotOwner : kLost);
      return;
    }
    if (fate == Fate::rolled_back && error.kind == ErrorKind::unknown_outcome) error = kLost;
    for (BatchOwner* owner : owners_of(batch.requests)) owner->forget();
    if (error.kind == ErrorKind::internal) {
      drop_culprit(batch, error);
      const Result<void> connected = connect();
      if (connected) continue;
      error = fenced_ ? kNotOwner : connected.error();
    }
    answer_all(batch, error);
    return enter_trouble(fenced_ ? kNotOwner : error.kind == ErrorKind::unknown_outcome ? kLost : error);
  }
}

void PostgresWriter::answer_committed(Batch& batch) {
  back_off_ = milliseconds(0);
  head_ += static_cast<int64_t>(batch.events.size());
  for (BatchOwner* owner : owners_of(batch.requests)) owner->committed();
  for (size_t index = 0; index < batch.requests.size(); ++index)
    batch.requests[index].answer(batch.outcomes[index]);
  if (batch.events.empty()) return;
  if (const auto wake = wake_.with([](const auto& kept) { return kept; })) wake();
}

void PostgresWriter::answer_all(Batch& batch, Error error) {
  for (auto& request : batch.requests) request.answer(error);
}

// The step that ran last brought the transaction down.
void PostgresWriter::drop_culprit(Batch& batch, Error error) {
  check(!batch.running.empty(), "a batch without a culprit");
  for (auto at = batch.running.rbegin(); at != batch.running.rend(); ++at) {
    batch.requests[*at].answer(error);
    batch.requests.erase(batch.requests.begin() + static_cast<std::ptrdiff_t>(*at));
  }
}

// One transaction over the whole batch. Errors: `internal` when the step run last ended it, `unavailable`
// when nothing was committed, `unknown_outcome` when the answer of the COMMIT did not come.
Result<void> PostgresWriter::attempt(Batch& batch) {
  if (auto begun = begin(); !begun) return begun;
  // Owners first: their memory is what is committed, and a closure of this transaction is not yet.
  for (BatchOwner* owner : owners_of(batch.requests)) {
    if (auto ran = run_owner(*owner, batch); !ran) return ran;
  }
  for (size_t at = 0; at < batch.requests.size(); ++at) {
    if (batch.requests[at].owner != nullptr) continue;
    const Step closure{[&](Transaction& tx) { return run_guarded(*batch.requests[at].job, tx); }};
    if (auto ran = run_step(closure, batch, {at}); !ran) return ran;
  }
  if (auto numbered = number_events(batch); !numbered)
    return Error{ErrorKind::unavailable, numbered.error().reason};
  return commit(batch);
}

// Opens the transaction, compares the epoch and learns the transaction's number, in one round trip.
Result<void> PostgresWriter::begin() {
  const std::array<SqlValue, 1> epoch{to_sql(epoch_)};
  const std::array<PostgresConnection::Step, 2> steps{
      {{"BEGIN"},
       {"UPDATE store_owner SET commits = commits + 1 WHERE epoch = $1 RETURNING pg_current_xact_id()::text",
        epoch}}};
  const auto begun = connection_->run(steps);
  if (!begun) return kLost;
  if (begun->back().rows.empty()) {
    fenced_ = true;
    return kNotOwner;
  }
  transaction_ = begun->back().rows.front().text(0);
  return {};
}

// All items of an owner as one step; when that fails, each as its own.
Result<void> PostgresWriter::run_owner(BatchOwner& owner, Batch& batch) {
  std::vector<size_t> which;
  std::vector<BatchItem*> items;
  for (size_t at = 0; at < batch.requests.size(); ++at) {
    if (batch.requests[at].owner != &owner) continue;
    which.push_back(at);
    items.push_back(batch.requests[at].item.get());
  }
  // The owner's memory runs ahead of what was undone.
  const auto undone = [&owner] { owner.forget(); };
  const Step together{[&](Transaction& tx) { return decide_guarded(owner, tx, items); }, undone};
  if (auto ran = run_step(together, batch, which); !ran) return ran;
  if (batch.outcomes[which.front()]) return {};
  const Error why = batch.outcomes[which.front()].error();
  log_warn("store.batch_alone", {{"items", which.size()}, {"reason", why.reason}});
  for (size_t index = 0; index < which.size(); ++index) {
    const Step alone{[&](Transaction& tx) { return decide_guarded(owner, tx, std::span(&items[index], 1)); },
                     undone};
    if (auto ran = run_step(alone, batch, {which[index]}); !ran) return ran;
  }
  return {};
}

// A closure, or items of an owner. An Error here ends the batch; the step's own goes to the outcomes of its
// requests.
Result<void> PostgresWriter::run_step(const Step& step, Batch& batch, std::vector<size_t> requests) {
  using Mode = PostgresTransaction::Mode;
  batch.running = std::move(requests);
  for (const Mode mode : {Mode::write, Mode::careful}) {
    PostgresTransaction transaction(*connection_, mode);
    Result<void> outcome = step.run(transaction);
    if (const auto fault = connection_->fault()) {
      if (fault->kind != ErrorKind::internal || !transaction.wrote()) return *fault;
      connection_->clear_fault();
      outcome = *fault;
    }
    const bool again = transaction.spoilt() && (outcome.ok() || transaction.went_on_after_constraint());
    if (transaction.wrote()) {
      if (!outcome || again) connection_->defer("ROLLBACK TO work");
      connection_->defer("RELEASE work");
    }
    if (!outcome || again) step.undone();
    if (again) continue;
    if (outcome) {
      for (auto& event : transaction.take_events()) batch.events.push_back(std::move(event));
    }
    for (const size_t at : batch.running) batch.outcomes[at] = outcome;
    return {};
  }
  return Error{ErrorKind::internal, "store.run_again"};
}

Result<void> PostgresWriter::number_events(const Batch& batch) {
  const Clock& clock = options_.clock != nullptr ? *options_.clock : system_clock_;
  const WallTime now = clock.wall();
  std::vector<SqlValue> values;
  int64_t n = head_;
  for (const OutboxEvent& event : batch.events) {
    for (auto& value : {to_sql(++n), to_sql(event.kind), to_sql(event.schema), to_sql(event.aggregate),
                        to_sql(event.version), to_sql(event.payload), to_sql(now)}) {
      values.push_back(value);
    }
  }
  constexpr size_t kColumns = 7;
  return connection_->execute_rows(
      "INSERT INTO outbox (shop_id, shard, n, kind, schema, aggregate, version, payload, at_ms)"
      " VALUES ('default', 0, $1, $2, $3, $4, $5, $6, $7)",
      kColumns, values);
}

Result<void> PostgresWriter::commit(const Batch& batch) {
  const std::array<SqlValue, 1> head{to_sql(head_ + static_cast<int64_t>(batch.events.size()))};
  const PostgresConnection::Step moved{"UPDATE outbox_head SET n = $1 WHERE shard = 0", head};
  const auto planned = hooks_.before_commit(batch.requests.size());
  if (planned != StoreHooks::Commit::go_on) {
    const auto done = connection_->run(std::span(&moved, 1));
    if (!done || planned == StoreHooks::Commit::refuse) return kLost;
    return lose_commit();
  }
  std::vector<PostgresConnection::Step> steps;
  if (!batch.events.empty()) steps.push_back(moved);
  steps.push_back({"COMMIT"});
  const auto committed = connection_->run(steps);
  if (committed && committed->back().command == "COMMIT") return {};
  if (!connection_->alive()) return kCommitLost;
  return committed ? kLost : Error{ErrorKind::unavailable, committed.error().reason};
}

Result<void> PostgresWriter::lose_commit() {
  connection_->send_only("COMMIT");
  connection_->cut();
  return kCommitLost;
}

// What became of the transaction whose COMMIT was not answered.
PostgresWriter::Fate PostgresWriter::read_back() {
  const auto begun = steady_clock::now();
  connection_.reset();
  std::unique_ptr<PostgresConnection> asking;
  const std::array<SqlValue, 1> which{to_sql(transaction_)};
  for (; steady_clock::now() - begun < kReadBackMost; std::this_thread::sleep_for(kAskAgain)) {
    if (!asking || asking->fault()) {
      auto opened = PostgresConnection::open(settings_);
      if (!opened) continue;
      asking = std::move(*opened);
    }
    const auto status = asking->query("SELECT pg_xact_status($1::xid8)", which);
    if (!status) continue;
    const auto word = status->front().maybe_text(0);
    if (!word) return Fate::unknown;
    if (*word == "committed") return Fate::committed;
    if (*word == "aborted") return Fate::rolled_back;
    if (steady_clock::now() - begun > kOldConnectionMost)
      (void)end_holder(*asking, {backend_, backend_began_});
  }
  return Fate::unknown;
}

}  // namespace vitrine
