#include "shop/test_sim_storage.h"

#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_transaction.h"

namespace vitrine {
namespace {

constexpr Error kGone{ErrorKind::unavailable, "store.closed"};
constexpr Error kUnknown{ErrorKind::unknown_outcome, "store.commit_lost"};
constexpr Error kNotDone{ErrorKind::unavailable, "store.io"};

// Passes statements on, but for those the mutant touches.
class MutantTransaction final : public Transaction {
 public:
  MutantTransaction(Transaction& inner, const Mutant* mutant) : inner_(inner), mutant_(mutant) {}

  Result<int64_t> execute_values(std::string_view sql, std::span<const SqlValue> values) override {
    if (touches(Mutant::Kind::skip, sql)) return 1;
    if (!touches(Mutant::Kind::change, sql)) return inner_.execute_values(sql, values);
    const auto changed = change(values);
    return inner_.execute_values(sql, changed);
  }
  Result<void> execute_rows(std::string_view sql, size_t columns, std::span<const SqlValue> values) override {
    if (touches(Mutant::Kind::skip, sql)) return {};
    if (!touches(Mutant::Kind::change, sql)) return inner_.execute_rows(sql, columns, values);
    const auto changed = change(values);
    return inner_.execute_rows(sql, columns, changed);
  }
  Result<Rows> query_values(std::string_view sql, std::span<const SqlValue> values) override {
    if (touches(Mutant::Kind::blind, sql)) return Rows{};
    return inner_.query_values(sql, values);
  }
  Result<void> emit_event(OutboxEvent event) override {
    if (touches(Mutant::Kind::untold, event.kind)) return {};
    return inner_.emit_event(std::move(event));
  }

 private:
  bool touches(Mutant::Kind kind, std::string_view text) const {
    return mutant_ != nullptr && mutant_->kind == kind && text.find(mutant_->text) != std::string_view::npos;
  }
  std::vector<SqlValue> change(std::span<const SqlValue> values) const {
    std::vector<SqlValue> out(values.begin(), values.end());
    if (auto* integer = std::get_if<int64_t>(&out[mutant_->place])) *integer += mutant_->by;
    return out;
  }

  Transaction& inner_;
  const Mutant* mutant_;
};

}  // namespace

SimStorage::SimStorage(uint64_t seed, const std::vector<Migration>& migrations) : random_(seed) {
  auto opened = SqliteConnection::open({.path = ":memory:", .use = SqliteConnection::Use::write});
  check(opened.ok(), "SQLite opens in memory");
  connection_ = std::move(*opened);
  check(migrate(*connection_, migrations).ok(), "the tables are made");
}

SimEnd SimStorage::plan() {
  if (one_in_ == 0 || random_.below(one_in_) != 0) return SimEnd::commit;
  return static_cast<SimEnd>(1 + random_.below(4));
}

Result<void> SimStorage::transact(const std::function<Result<void>(Transaction&)>& step) {
  if (crashed_) return kGone;
  const SimEnd end = plan();
  ++ends_[static_cast<size_t>(end)];
  check(connection_->execute("BEGIN").ok(), "a transaction begins");
  SqliteTransaction plain(*connection_, SqliteConnection::Use::write);
  MutantTransaction tx(plain, mutant_);
  const bool early = mutant_ != nullptr && mutant_->kind == Mutant::Kind::early;
  const Result<void> outcome = step(tx);
  check(!connection_->autocommit(), "nothing but the end ends a transaction");
  const bool keeps = outcome && (end == SimEnd::commit || end == SimEnd::lose || end == SimEnd::crash_after);
  const bool lied = early && random_.below(50) == 0;
  check(connection_->execute(keeps && !lied ? "COMMIT" : "ROLLBACK").ok(), "a transaction ends");
  if (!outcome) return outcome;
  if (keeps && !lied) {
    for (OutboxEvent& event : plain.take_events()) events_.push_back(std::move(event));
  }
  crashed_ = end == SimEnd::crash_before || end == SimEnd::crash_after;
  if (end == SimEnd::commit) return {};
  if (end == SimEnd::refuse && random_.below(2) == 0) return kNotDone;
  return kUnknown;
}

Result<void> SimStorage::look(const std::function<Result<void>(Transaction&)>& step) {
  if (crashed_) return kGone;
  SqliteTransaction plain(*connection_, SqliteConnection::Use::read);
  MutantTransaction tx(plain, mutant_);
  return step(tx);
}

Task<Result<void>> SimDatabase::submit(Door door, std::shared_ptr<Job> job) {
  const auto step = [&job](Transaction& tx) { return job->run(tx); };
  co_return door == Door::read ? storage_.look(step) : storage_.transact(step);
}

Task<Result<void>> SimDatabase::submit_batch(BatchOwner& owner, std::shared_ptr<BatchItem> item) {
  BatchItem* const one[] = {item.get()};
  const auto step = [&](Transaction& tx) { return owner.decide(tx, one); };
  const Result<void> done = storage_.transact(step);
  if (done) owner.committed();
  if (!done) owner.forget();
  co_return done;
}

}  // namespace vitrine
