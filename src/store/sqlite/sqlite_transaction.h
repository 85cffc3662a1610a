// The transaction a closure sees on SQLite. Events are kept aside and become outbox rows when the
// writer numbers them at commit.
//
// Owns    the events of one closure.
// Thread  the writer's or reader's.
// Never   begins or ends a transaction.
#pragma once

#include <vector>

#include "store/sqlite/connection.h"
#include "store/transaction.h"

namespace vitrine {

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(SqliteConnection& connection, SqliteConnection::Use use)
      : connection_(connection), use_(use) {}

  Result<int64_t> execute_values(std::string_view sql, std::span<const SqlValue> values) override;
  Result<void> execute_rows(std::string_view sql, size_t columns, std::span<const SqlValue> values) override;
  Result<Rows> query_values(std::string_view sql, std::span<const SqlValue> values) override;
  Result<void> emit_event(OutboxEvent event) override;

  std::vector<OutboxEvent> take_events() { return std::move(events_); }

 private:
  SqliteConnection& connection_;
  SqliteConnection::Use use_;
  std::vector<OutboxEvent> events_;
};

}  // namespace vitrine
