#include "store/postgres/postgres_transaction.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr Error kReadOnly{ErrorKind::internal, "store.read_only"};
constexpr Error kSpoilt{ErrorKind::unavailable, "store.run_again"};

bool only_reads(std::string_view sql) {
  sql.remove_prefix(std::min(sql.find_first_not_of(" \n"), sql.size()));
  return sql.starts_with("SELECT") || sql.starts_with("WITH");
}

}  // namespace

Result<void> PostgresTransaction::before_write() {
  if (mode_ == Mode::read) return kReadOnly;
  if (spoilt_) {
    went_on_ = true;
    return kSpoilt;
  }
  if (!wrote_) connection_.defer("SAVEPOINT work");
  wrote_ = true;
  if (mode_ == Mode::careful) connection_.defer("SAVEPOINT statement");
  return {};
}

template <class T>
Result<T> PostgresTransaction::after_write(Result<T> done) {
  const bool refused = !done && done.error().kind == ErrorKind::conflict;
  if (mode_ == Mode::careful) {
    if (refused) connection_.defer("ROLLBACK TO statement");
    if (done || refused) connection_.defer("RELEASE statement");
  } else if (refused) {
    spoilt_ = true;
  }
  return done;
}

Result<int64_t> PostgresTransaction::execute_values(std::string_view sql, std::span<const SqlValue> values) {
  if (auto ready = before_write(); !ready) return ready.error();
  return after_write(connection_.execute(sql, values));
}

Result<void> PostgresTransaction::execute_rows(std::string_view sql, size_t columns,
                                               std::span<const SqlValue> values) {
  if (values.empty() && mode_ != Mode::read) return {};
  if (auto ready = before_write(); !ready) return ready;
  return after_write(connection_.execute_rows(sql, columns, values));
}

Result<Rows> PostgresTransaction::query_values(std::string_view sql, std::span<const SqlValue> values) {
  if (mode_ == Mode::read) return connection_.query(sql, values);
  if (!only_reads(sql)) {
    if (auto ready = before_write(); !ready) return ready.error();
    return after_write(connection_.query(sql, values));
  }
  if (spoilt_) {
    went_on_ = true;
    return kSpoilt;
  }
  return connection_.query(sql, values);
}

Result<void> PostgresTransaction::emit_event(OutboxEvent event) {
  if (mode_ == Mode::read) return kReadOnly;
  events_.push_back(std::move(event));
  return {};
}

}  // namespace vitrine
