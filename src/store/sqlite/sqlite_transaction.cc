#include "store/sqlite/sqlite_transaction.h"

namespace vitrine {
namespace {

constexpr Error kReadOnly{ErrorKind::internal, "store.read_only"};

}  // namespace

Result<int64_t> SqliteTransaction::execute_values(std::string_view sql, std::span<const SqlValue> values) {
  if (use_ == SqliteConnection::Use::read) return kReadOnly;
  return connection_.execute(sql, values);
}

Result<void> SqliteTransaction::execute_rows(std::string_view sql, size_t columns,
                                             std::span<const SqlValue> values) {
  if (use_ == SqliteConnection::Use::read) return kReadOnly;
  return connection_.execute_rows(sql, columns, values);
}

Result<Rows> SqliteTransaction::query_values(std::string_view sql, std::span<const SqlValue> values) {
  return connection_.query(sql, values);
}

Result<void> SqliteTransaction::emit_event(OutboxEvent event) {
  if (use_ == SqliteConnection::Use::read) return kReadOnly;
  events_.push_back(std::move(event));
  return {};
}

}  // namespace vitrine
