// The tables of one module's database as rows to read and write, the same for both engines.
//
// Owns    nothing: the connection outlives it.
// Thread  the connection's.
// Never   shows the tables that belong to the engine and not to the module (store_owner, store_probe).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/backup/table_sum.h"
#include "store/postgres/connection.h"
#include "store/sqlite/connection.h"

namespace vitrine {

class Tables {
 public:
  virtual ~Tables() = default;
  // By name.
  virtual Result<std::vector<std::string>> names() = 0;
  // Their names in order, whatever their order in the table.
  virtual Result<std::vector<std::string>> columns(const std::string& table) = 0;
  // All rows, some thousands at a time, in any order. An Error of `take` ends the walk.
  virtual Result<void> walk(const std::string& table, const std::vector<std::string>& columns,
                            const std::function<Result<void>(const Rows&)>& take) = 0;
  virtual Result<void> clear(const std::string& table) = 0;
  virtual Result<void> put(const std::string& table, const std::vector<std::string>& columns,
                           const Rows& rows) = 0;
  // Of the schema. Errors: `unsupported` "store.not_ours" when there is none.
  virtual Result<int64_t> version() = 0;
};

std::unique_ptr<Tables> tables_of(SqliteConnection& connection);
// In the schema the connection was opened with, inside a transaction.
std::unique_ptr<Tables> tables_of(PostgresConnection& connection);

Result<ModuleSum> sum_of(Tables& tables, std::string module);
// Replaces what `to` holds; both have the same tables and columns, else `unsupported` "store.other_schema".
Result<void> copy_rows(Tables& from, Tables& to);

}  // namespace vitrine
