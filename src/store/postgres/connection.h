// One PostgreSQL connection with its prepared statements. What is sent together goes in one round trip
// (libpq's pipeline).
//
// Owns    the connection and a bounded cache of statements.
// Thread  one at a time (the thread that serves it).
// Never   throws, or hides a failure: any but a constraint is kept in fault().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/sql_value.h"

struct pg_conn;
struct pg_result;

namespace vitrine {

class PostgresConnection {
 public:
  struct Settings {
    std::string url;
    std::string schema;   // the search path
    bool durable = true;  // false: synchronous_commit=off
  };
  // One statement of a round trip; views and values outlive the call.
  struct Step {
    std::string_view sql;
    std::span<const SqlValue> values{};
  };
  struct Answer {
    int64_t changed = 0;
    Rows rows;
    std::string command;  // what was done: "COMMIT", "ROLLBACK", "INSERT 0 1"
  };

  // Errors: `unavailable` "store.open" (the log says why, without the password).
  static Result<std::unique_ptr<PostgresConnection>> open(const Settings& settings);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Runs the steps one after the other in one round trip; nothing after a failed step is done. Errors as
  // Transaction's, `internal` "store.statement" for SQL that does not fit the schema or its parameters.
  Result<std::vector<Answer>> run(std::span<const Step> steps);
  Result<int64_t> execute(std::string_view sql, std::span<const SqlValue> values = {});
  Result<Rows> query(std::string_view sql, std::span<const SqlValue> values = {});
  // The same statement for each `columns` values: one INSERT over arrays, else one round trip of many.
  Result<void> execute_rows(std::string_view sql, size_t columns, std::span<const SqlValue> values);
  // Several statements without parameters (migrations).
  Result<void> run_script(std::string_view sql);
  // Sent in front of the next run(); `sql` is a literal.
  void defer(std::string_view sql) { deferred_.push_back(sql); }

  // The first failure that was not a constraint.
  const std::optional<Error>& fault() const { return fault_; }
  void clear_fault() { fault_.reset(); }
  bool alive() const;
  int backend() const;         // the server's process
  int server_version() const;  // 150004
  // Cuts the socket both ways, as a broken network does (tests).
  void cut();
  // Sends `sql` and does not wait for its answer (tests).
  void send_only(std::string_view sql);

 private:
  struct Bound;
  struct Sent;
  explicit PostgresConnection(pg_conn* handle);
  Result<std::vector<Answer>> round(std::span<const Bound> steps);
  bool send(const Bound& step, Sent& sent);
  Result<void> collect(std::span<const Sent> sent, std::vector<Answer>& answers);
  Result<void> collect_one(const Sent& sent, std::vector<Answer>& answers);
  void forget_statements();
  // The types a statement's parameters have, asked of the server once.
  Result<const std::vector<unsigned>*> parameter_types(std::string_view sql);
  Result<bool> insert_as_set(std::string_view sql, size_t columns, std::span<const SqlValue> values);
  Error misfit();
  Error fail(const pg_result* result, std::string_view sql);

  static constexpr size_t kStatementsMax = 512;

  pg_conn* handle_;
  std::unordered_map<std::string, std::string> statements_;  // text and types -> name
  std::unordered_map<std::string, std::vector<unsigned>> parameter_types_;
  std::vector<std::string_view> deferred_;
  int64_t named_ = 0;
  std::optional<Error> fault_;
};

}  // namespace vitrine
