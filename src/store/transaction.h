// What a closure may do inside one transaction: run statements and emit events.
//
// Owns    nothing; valid only while the closure runs.
// Thread  the database's writer (or reader) thread.
// Never   outlives the closure, commits, or is used to decide with a clock other than the caller's.
#pragma once

#include <boost/json/serialize.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/dto.h"
#include "base/result.h"
#include "store/sql_value.h"

namespace vitrine {

// An event on its way into the outbox; written in the transaction that made it true.
struct OutboxEvent {
  std::string kind;       // "OrderPaid"
  int schema = 1;         // grows only by adding fields
  std::string aggregate;  // what it is about ("ord_..."); later versions of one aggregate win
  int64_t version = 0;
  std::string payload;  // JSON object
};

// Parameters are written $1, $2 ... in every engine's statements.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Rows changed. Errors: `conflict` "store.unique" | "store.check" | "store.foreign_key" for
  // constraints (the closure may go on); `unavailable` "store.io" | "store.full" ends the batch.
  virtual Result<int64_t> execute_values(std::string_view sql, std::span<const SqlValue> values) = 0;
  // The same statement once for each row of `columns` values: what a batch writes as a set. Stops at the
  // first error.
  virtual Result<void> execute_rows(std::string_view sql, size_t columns,
                                    std::span<const SqlValue> values) = 0;
  // All rows of the answer. Statements that may return many carry a LIMIT.
  virtual Result<Rows> query_values(std::string_view sql, std::span<const SqlValue> values) = 0;
  // Adds an event to this transaction's outbox rows. Numbered gaplessly at commit.
  virtual Result<void> emit_event(OutboxEvent event) = 0;

  template <class... Values>
  Result<int64_t> execute(std::string_view sql, const Values&... values) {
    const std::array<SqlValue, sizeof...(Values)> bound{to_sql(values)...};
    return execute_values(sql, bound);
  }
  template <class... Values>
  Result<Rows> query(std::string_view sql, const Values&... values) {
    const std::array<SqlValue, sizeof...(Values)> bound{to_sql(values)...};
    return query_values(sql, bound);
  }
  // E is an event of contract/events.h: a DTO with E::kind and E::schema.
  template <Dto E>
  Result<void> emit(std::string aggregate, int64_t version, const E& event) {
    return emit_event({std::string(E::kind), E::schema, std::move(aggregate), version,
                       boost::json::serialize(to_json(event))});
  }
};

}  // namespace vitrine
