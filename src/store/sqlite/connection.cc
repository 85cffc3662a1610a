#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include "base/hex.h"
#include "base/log.h"

namespace vitrine {
namespace {

int bind(sqlite3_stmt* statement, int at, const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return sqlite3_bind_int64(statement, at, *integer);
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, at, *real);
  // STATIC: the values outlive the statement's run, and bindings are cleared after it.
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  if (const auto* blob = std::get_if<Blob>(&value)) {
    if (blob->bytes.empty()) return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob64(statement, at, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

SqlValue column(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, at));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, at);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
      return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement, at)));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, at));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, at));
      return Blob{size == 0 ? std::string() : std::string(bytes, size)};
    }
    default:
      return std::monostate{};
  }
}

Error constraint_error(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorKind::conflict, "store.unique"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorKind::conflict, "store.foreign_key"};
    default:  // CHECK, NOT NULL, a trigger's RAISE(ABORT)
      return {ErrorKind::conflict, "store.check"};
  }
}

// As a URI, with what has a meaning there escaped.
std::string archive_uri(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    const bool plain = c != '?' && c != '#' && c != '%';
    out += plain ? std::string(1, c) : "%" + to_hex(std::string(1, c));
  }
  return out + "?immutable=1";
}

}  // namespace

struct SqliteConnection::Statement {
  ~Statement() { sqlite3_finalize(handle); }
  sqlite3_stmt* handle = nullptr;
  std::vector<int> positions;  // of $1, $2 ... among SQLite's own parameter numbers
};

// Puts a statement back after its run, also when copying a row out runs out of memory.
struct SqliteConnection::Run {
  explicit Run(Statement* used) : handle(used->handle) {}
  ~Run() {
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  sqlite3_stmt* handle;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const Settings& settings) {
  sqlite3* handle = nullptr;
  const bool archive = settings.use == Use::archive;
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (archive ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const std::string name = archive ? archive_uri(settings.path) : settings.path;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  const Error refused{ErrorKind::unavailable, "store.open"};
  if (code != SQLITE_OK) {
    log_warn("store.open_failed", {{"path", settings.path}, {"why", sqlite3_errstr(code)}});
    return refused;
  }
  if (archive) return connection;
  const bool write = settings.use == Use::write;
  sqlite3_busy_timeout(handle, write ? 0 : 1'000);
  const std::string script =
      std::string("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864;") +
      (write ? (settings.durable ? "PRAGMA synchronous=FULL;" : "PRAGMA synchronous=NORMAL;")
             : "PRAGMA query_only=ON;");
  if (!connection->run_script(script)) return refused;
  connection->fault_.reset();
  return connection;
}

SqliteConnection::SqliteConnection(sqlite3* handle) : handle_(handle) {}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close(handle_);
}

bool SqliteConnection::autocommit() const {
  return sqlite3_get_autocommit(handle_) != 0;
}

Error SqliteConnection::fail(int code, std::string_view sql) {
  const int primary = code & 0xFF;
  if (primary == SQLITE_CONSTRAINT) return constraint_error(code);
  Error error{ErrorKind::unavailable, "store.io"};
  if (primary == SQLITE_FULL) error.reason = "store.full";
  if (primary == SQLITE_ERROR || primary == SQLITE_MISUSE || primary == SQLITE_RANGE ||
      primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG)
    error = {ErrorKind::internal, "store.statement"};
  if (!fault_) {
    fault_ = error;
    log_warn("store.failed", {{"reason", error.reason}, {"why", sqlite3_errmsg(handle_)}, {"sql", sql}});
  }
  return error;
}

Result<SqliteConnection::Statement*> SqliteConnection::prepare(std::string_view sql) {
  const std::string key(sql);
  auto found = statements_.find(key);
  if (found == statements_.end()) {
    if (statements_.size() >= kStatementsMax) statements_.clear();
    auto made = std::make_unique<Statement>();
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(handle_, key.data(), static_cast<int>(key.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made->handle, &tail);
    if (code != SQLITE_OK) return fail(code, sql);
    const bool one = made->handle != nullptr &&
                     std::string_view(tail).find_first_not_of(" \n\t;") == std::string_view::npos;
    if (!one) return fail(SQLITE_MISUSE, sql);
    // SQLite reads $1 as a name and numbers names by first appearance.
    const int count = sqlite3_bind_parameter_count(made->handle);
    for (int number = 1; number <= count; ++number) {
      const int at = sqlite3_bind_parameter_index(made->handle, ("$" + std::to_string(number)).c_str());
      if (at == 0) return fail(SQLITE_RANGE, sql);
      made->positions.push_back(at);
    }
    found = statements_.emplace(key, std::move(made)).first;
  }
  return found->second.get();
}

Result<void> SqliteConnection::bind_values(Statement& statement, std::span<const SqlValue> values,
                                           std::string_view sql) {
  if (statement.positions.size() != values.size()) return fail(SQLITE_RANGE, sql);
  for (size_t index = 0; index < values.size(); ++index) {
    const int code = bind(statement.handle, statement.positions[index], values[index]);
    if (code != SQLITE_OK) return fail(code, sql);
  }
  return {};
}

Result<SqliteConnection::Statement*> SqliteConnection::ready(std::string_view sql,
                                                             std::span<const SqlValue> values) {
  auto statement = prepare(sql);
  if (!statement) return statement;
  if (auto bound = bind_values(**statement, values, sql); !bound) return bound.error();
  return statement;
}

Result<int64_t> SqliteConnection::execute(std::string_view sql, std::span<const SqlValue> values) {
  const auto statement = ready(sql, values);
  if (!statement) return statement.error();
  const Run run(*statement);
  const int64_t before = sqlite3_total_changes64(handle_);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(run.handle);
  if (code != SQLITE_DONE) return fail(code, sql);
  // Without a change sqlite3_changes64 still tells of the statement before.
  return sqlite3_total_changes64(handle_) == before ? 0 : static_cast<int64_t>(sqlite3_changes64(handle_));
}

Result<void> SqliteConnection::execute_rows(std::string_view sql, size_t columns,
                                            std::span<const SqlValue> values) {
  const auto statement = prepare(sql);
  if (!statement) return statement.error();
  if (columns == 0 || values.size() % columns != 0) return fail(SQLITE_RANGE, sql);
  if (values.empty()) return {};
  const Run run(*statement);
  if (auto bound = bind_values(**statement, values.subspan(0, columns), sql); !bound) return bound;
  for (size_t at = 0; at < values.size(); at += columns) {
    // What the row before had too is still bound.
    for (size_t index = 0; at > 0 && index < columns; ++index) {
      const SqlValue& value = values[at + index];
      if (value == values[at + index - columns]) continue;
      const int code = bind(run.handle, (*statement)->positions[index], value);
      if (code != SQLITE_OK) return fail(code, sql);
    }
    const int code = sqlite3_step(run.handle);
    if (code != SQLITE_DONE) return fail(code, sql);
    sqlite3_reset(run.handle);
  }
  return {};
}

Result<Rows> SqliteConnection::query(std::string_view sql, std::span<const SqlValue> values) {
  const auto statement = ready(sql, values);
  if (!statement) return statement.error();
  const Run run(*statement);
  Rows rows;
  int code = sqlite3_step(run.handle);
  for (; code == SQLITE_ROW; code = sqlite3_step(run.handle)) {
    std::vector<SqlValue> row;
    const int columns = sqlite3_column_count(run.handle);
    row.reserve(static_cast<size_t>(columns));
    for (int at = 0; at < columns; ++at) row.push_back(column(run.handle, at));
    rows.emplace_back(std::move(row));
  }
  if (code != SQLITE_DONE) return fail(code, sql);
  return rows;
}

Result<void> SqliteConnection::run_script(std::string_view sql) {
  const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(code, sql);
  return {};
}

}  // namespace vitrine
