// The transaction a closure sees on PostgreSQL. A closure that only reads costs no savepoint; the first
// write opens one in its own round trip. A constraint leaves a PostgreSQL transaction unusable, so a closure
// that goes on after one runs again *carefully*: with a savepoint around each of its writes.
//
// Owns    the events of one closure.
// Thread  the writer's or reader's.
// Never   begins or ends a transaction.
#pragma once

#include <vector>

#include "store/postgres/connection.h"
#include "store/transaction.h"

namespace vitrine {

class PostgresTransaction final : public Transaction {
 public:
  enum class Mode : uint8_t { read, write, careful };
  PostgresTransaction(PostgresConnection& connection, Mode mode) : connection_(connection), mode_(mode) {}

  Result<int64_t> execute_values(std::string_view sql, std::span<const SqlValue> values) override;
  Result<void> execute_rows(std::string_view sql, size_t columns, std::span<const SqlValue> values) override;
  Result<Rows> query_values(std::string_view sql, std::span<const SqlValue> values) override;
  Result<void> emit_event(OutboxEvent event) override;

  std::vector<OutboxEvent> take_events() { return std::move(events_); }
  // A savepoint "work" is open.
  bool wrote() const { return wrote_; }
  // A constraint failed, and what came after it did not run.
  bool went_on_after_constraint() const { return went_on_; }
  bool spoilt() const { return spoilt_; }

 private:
  // Before a statement that writes: nothing is sent yet.
  Result<void> before_write();
  template <class T>
  Result<T> after_write(Result<T> done);

  PostgresConnection& connection_;
  Mode mode_;
  bool wrote_ = false;
  bool spoilt_ = false;
  bool went_on_ = false;
  std::vector<OutboxEvent> events_;
};

}  // namespace vitrine
