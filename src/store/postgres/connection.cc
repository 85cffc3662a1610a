#include "store/postgres/connection.h"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "store/postgres/dialect.h"
#include "store/postgres/parameters.h"
#include "store/postgres/result_reader.h"

namespace vitrine {
namespace {

constexpr Error kLost{ErrorKind::unavailable, "store.io"};
constexpr Error kWrongStatement{ErrorKind::internal, "store.statement"};
// Rows one round trip carries at most: their answers must fit the socket while we still send.
constexpr size_t kRoundMost = 200;

struct ClearResult {
  void operator()(pg_result* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<pg_result, ClearResult>;

void ignore_notice(void*, const char*) {}

// A server that is gone is noticed in about ten seconds; one that is stopped by its operator is waited for.
pg_conn* connect(const PostgresConnection::Settings& settings) {
  const std::string options = "-c search_path=" + settings.schema +
                              " -c client_min_messages=error -c idle_in_transaction_session_timeout=60000" +
                              " -c TimeZone=UTC -c synchronous_commit=" + (settings.durable ? "on" : "off");
  const std::array<const char*, 10> keys{
      "dbname",           "options",          "application_name", "keepalives_idle", "keepalives_interval",
      "keepalives_count", "tcp_user_timeout", "connect_timeout",  "client_encoding", nullptr};
  const std::array<const char*, 10> values{
      settings.url.c_str(), options.c_str(), "vitrine", "5", "2", "3", "10000", "5", "UTF8", nullptr};
  return PQconnectdbParams(keys.data(), values.data(), 1);
}

}  // namespace

struct PostgresConnection::Bound {
  std::string_view sql;
  PgParameters parameters;
};

// One step on its way: what to keep when the server has prepared it.
struct PostgresConnection::Sent {
  std::string_view sql;
  std::string key;
  std::string name;
  bool prepares = false;
};

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const Settings& settings) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(connect(settings)));
  if (PQstatus(connection->handle_) != CONNECTION_OK) {
    log_warn("store.open_failed",
             {{"schema", settings.schema}, {"why", std::string_view(PQerrorMessage(connection->handle_))}});
    return Error{ErrorKind::unavailable, "store.open"};
  }
  PQsetNoticeProcessor(connection->handle_, &ignore_notice, nullptr);
  return connection;
}

PostgresConnection::PostgresConnection(pg_conn* handle) : handle_(handle) {}

PostgresConnection::~PostgresConnection() {
  PQfinish(handle_);
}

bool PostgresConnection::alive() const {
  return PQstatus(handle_) == CONNECTION_OK;
}
int PostgresConnection::backend() const {
  return PQbackendPID(handle_);
}
int PostgresConnection::server_version() const {
  return PQserverVersion(handle_);
}
void PostgresConnection::cut() {
  shutdown(PQsocket(handle_), SHUT_RDWR);
}
void PostgresConnection::send_only(std::string_view sql) {
  PQsendQuery(handle_, std::string(sql).c_str());
  PQflush(handle_);
}

Error PostgresConnection::fail(const pg_result* result, std::string_view sql) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const Error error = state == nullptr ? kLost : error_for(state);
  if (error.kind == ErrorKind::conflict) return error;
  if (!fault_) {
    const char* why = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    fault_ = error;
    log_warn("store.failed", {{"reason", error.reason},
                              {"why", std::string_view(why == nullptr ? "connection lost" : why)},
                              {"sql", sql}});
  }
  return error;
}

bool PostgresConnection::send(const Bound& step, Sent& sent) {
  sent.sql = step.sql;
  sent.key = std::string(step.sql) + step.parameters.signature();
  const auto known = statements_.find(sent.key);
  sent.prepares = known == statements_.end();
  sent.name = sent.prepares ? "s" + std::to_string(++named_) : known->second;
  const int count = static_cast<int>(step.parameters.count());
  if (sent.prepares && PQsendPrepare(handle_, sent.name.c_str(), std::string(step.sql).c_str(), count,
                                     step.parameters.types()) == 0)
    return false;
  const auto pointers = step.parameters.pointers();
  constexpr int kTextAnswers = 0;
  return PQsendQueryPrepared(handle_, sent.name.c_str(), count, pointers.data(), step.parameters.sizes(),
                             step.parameters.formats(), kTextAnswers) != 0;
}

void PostgresConnection::forget_statements() {
  const PgResult done(PQexec(handle_, "DEALLOCATE ALL"));
  statements_.clear();
  parameter_types_.clear();
}

Result<std::vector<PostgresConnection::Answer>> PostgresConnection::round(std::span<const Bound> steps) {
  if (statements_.size() >= kStatementsMax && PQtransactionStatus(handle_) != PQTRANS_INERROR)
    forget_statements();
  if (PQenterPipelineMode(handle_) == 0) return fail(nullptr, "pipeline");
  std::vector<Sent> sent(deferred_.size() + steps.size());
  size_t at = 0;
  bool all_sent = true;
  for (const std::string_view sql : deferred_) all_sent = all_sent && send({sql, {}}, sent[at++]);
  const size_t deferred = deferred_.size();
  deferred_.clear();
  for (const Bound& step : steps) all_sent = all_sent && send(step, sent[at++]);
  if (!all_sent || PQpipelineSync(handle_) == 0) return fail(nullptr, "pipeline");
  std::vector<Answer> answers;
  const Result<void> collected = collect(sent, answers);
  if (!collected) return collected.error();
  answers.erase(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(deferred));
  return answers;
}

// The first failure is the answer; the rest of the round is read to its end all the same.
Result<void> PostgresConnection::collect(std::span<const Sent> sent, std::vector<Answer>& answers) {
  Result<void> outcome;
  for (const Sent& one : sent) {
    const Result<void> collected = collect_one(one, answers);
    if (!alive()) return fault_ ? *fault_ : fail(nullptr, one.sql);
    if (!collected && outcome) outcome = collected;
  }
  const PgResult sync(PQgetResult(handle_));
  if (PQexitPipelineMode(handle_) == 0) return fail(nullptr, "pipeline");
  return outcome;
}

Result<void> PostgresConnection::collect_one(const Sent& sent, std::vector<Answer>& answers) {
  Result<void> outcome;
  for (int part = sent.prepares ? 0 : 1; part < 2; ++part) {
    const PgResult result(PQgetResult(handle_));
    if (!result) return fail(nullptr, sent.sql);
    const ExecStatusType status = PQresultStatus(result.get());
    const PgResult end(PQgetResult(handle_));  // null: the next answer belongs to the next statement
    if (status == PGRES_PIPELINE_ABORTED) {
      outcome = kWrongStatement;
    } else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      outcome = fail(result.get(), sent.sql);
    } else if (part == 0) {
      statements_[sent.key] = sent.name;
    } else {
      const std::string_view changed = PQcmdTuples(result.get());
      Answer answer{.changed = 0, .rows = read_rows(result.get()), .command = PQcmdStatus(result.get())};
      if (!changed.empty()) answer.changed = std::stoll(std::string(changed));
      answers.push_back(std::move(answer));
    }
  }
  return outcome;
}

Result<std::vector<PostgresConnection::Answer>> PostgresConnection::run(std::span<const Step> steps) {
  std::vector<Bound> bound(steps.size());
  for (size_t at = 0; at < steps.size(); ++at) {
    bound[at].sql = steps[at].sql;
    for (const SqlValue& value : steps[at].values) bound[at].parameters.add(value);
  }
  return round(bound);
}

Result<int64_t> PostgresConnection::execute(std::string_view sql, std::span<const SqlValue> values) {
  const std::array<Step, 1> step{{{sql, values}}};
  const auto answers = run(step);
  if (!answers) return answers.error();
  return answers->front().changed;
}

Result<Rows> PostgresConnection::query(std::string_view sql, std::span<const SqlValue> values) {
  const std::array<Step, 1> step{{{sql, values}}};
  auto answers = run(step);
  if (!answers) return answers.error();
  return std::move(answers->front().rows);
}

Result<const std::vector<unsigned>*> PostgresConnection::parameter_types(std::string_view sql) {
  const std::string key(sql);
  const auto known = parameter_types_.find(key);
  if (known != parameter_types_.end()) return &known->second;
  if (!deferred_.empty()) {
    if (auto flushed = round({}); !flushed) return flushed.error();
  }
  const std::string name = "s" + std::to_string(++named_);
  const PgResult prepared(PQprepare(handle_, name.c_str(), key.c_str(), 0, nullptr));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return fail(prepared.get(), sql);
  const PgResult described(PQdescribePrepared(handle_, name.c_str()));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return fail(described.get(), sql);
  std::vector<unsigned> types;
  for (int at = 0; at < PQnparams(described.get()); ++at) types.push_back(PQparamtype(described.get(), at));
  return &parameter_types_.emplace(key, std::move(types)).first->second;
}

Error PostgresConnection::misfit() {
  if (!fault_) fault_ = kWrongStatement;
  return kWrongStatement;
}

Result<void> PostgresConnection::execute_rows(std::string_view sql, size_t columns,
                                              std::span<const SqlValue> values) {
  if (columns == 0 || values.size() % columns != 0) return misfit();
  const size_t rows = values.size() / columns;
  if (rows > 1 && sql.starts_with("INSERT")) {
    const auto inserted = insert_as_set(sql, columns, values);
    if (!inserted) return inserted.error();
    if (*inserted) return {};
  }
  for (size_t row = 0; row < rows; row += kRoundMost) {
    std::vector<Bound> bound(std::min(kRoundMost, rows - row));
    for (size_t at = 0; at < bound.size(); ++at) {
      bound[at].sql = sql;
      for (const SqlValue& value : values.subspan((row + at) * columns, columns))
        bound[at].parameters.add(value);
    }
    const auto done = round(bound);
    if (!done) return done.error();
  }
  return {};
}

// A column that is the same in all rows travels once. False when the statement is no plain INSERT.
Result<bool> PostgresConnection::insert_as_set(std::string_view sql, size_t columns,
                                               std::span<const SqlValue> values) {
  const auto asked = parameter_types(sql);
  if (!asked) return asked.error();
  const std::vector<unsigned>& types = **asked;
  if (types.size() != columns) return misfit();
  std::vector<std::string> names;
  std::vector<bool> varies(columns, false);
  for (size_t column = 0; column < columns; ++column) {
    names.push_back(pg_type_name(types[column]));
    if (names.back().empty()) return false;
    for (size_t at = column; at < values.size() && !varies[column]; at += columns)
      varies[column] = values[at] != values[column];
  }
  if (std::find(varies.begin(), varies.end(), true) == varies.end()) varies[0] = true;
  const auto text = set_wise_insert(sql, names, varies);
  if (!text) return false;
  std::array<Bound, 1> bound{{{*text, {}}}};
  PgParameters& parameters = bound[0].parameters;
  for (size_t column = 0; column < columns; ++column) {
    if (!varies[column])
      parameters.add(values[column]);
    else if (!parameters.add_array(types[column], values.subspan(column), columns))
      return misfit();
  }
  const auto done = round(bound);
  if (!done) return done.error();
  return true;
}

Result<void> PostgresConnection::run_script(std::string_view sql) {
  const PgResult result(PQexec(handle_, std::string(sql).c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  if (!alive()) return fail(nullptr, sql);
  return fail(result.get(), sql);
}

}  // namespace vitrine
