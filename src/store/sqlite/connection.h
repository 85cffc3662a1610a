// One SQLite connection with its prepared statements.
//
// Owns    the handle and a bounded cache of statements.
// Thread  one at a time (the thread that serves it).
// Never   throws, or hides a return code: any failure but a constraint is kept in fault().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "store/sql_value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vitrine {

class SqliteConnection {
 public:
  // archive: a file that nobody writes, left byte for byte as it is.
  enum class Use : uint8_t { write, read, archive };
  struct Settings {
    std::string path;
    Use use = Use::write;
    bool durable = true;
  };

  // Opens with WAL, foreign keys and, for a writer, synchronous FULL (durable) or NORMAL and no busy
  // time-out: nobody else writes this file. Errors: `unavailable` "store.open".
  static Result<std::unique_ptr<SqliteConnection>> open(const Settings& settings);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // One statement with $1 ... parameters. Errors as Transaction's, and `internal` "store.statement"
  // for SQL that does not fit the schema or its parameters.
  Result<int64_t> execute(std::string_view sql, std::span<const SqlValue> values = {});
  // One statement prepared once and run for each `columns` values.
  Result<void> execute_rows(std::string_view sql, size_t columns, std::span<const SqlValue> values);
  Result<Rows> query(std::string_view sql, std::span<const SqlValue> values = {});
  // Several statements without parameters (migrations).
  Result<void> run_script(std::string_view sql);

  // False between BEGIN and COMMIT; true too when SQLite rolled everything back by itself.
  bool autocommit() const;
  // The first error that was not a constraint; what was in the open transaction cannot be trusted.
  const std::optional<Error>& fault() const { return fault_; }
  sqlite3* handle() const { return handle_; }

 private:
  struct Statement;
  struct Run;
  explicit SqliteConnection(sqlite3* handle);
  Result<Statement*> prepare(std::string_view sql);
  Result<void> bind_values(Statement& statement, std::span<const SqlValue> values, std::string_view sql);
  Result<Statement*> ready(std::string_view sql, std::span<const SqlValue> values);
  Error fail(int code, std::string_view sql);

  static constexpr size_t kStatementsMax = 256;

  sqlite3* handle_;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
  std::optional<Error> fault_;
};

}  // namespace vitrine
