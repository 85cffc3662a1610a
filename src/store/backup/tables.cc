#include "store/backup/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vitrine {
namespace {

constexpr int64_t kRowsAtOnce = 2'000;
constexpr Error kNotOurs{ErrorKind::unsupported, "store.not_ours"};
constexpr Error kOtherSchema{ErrorKind::unsupported, "store.other_schema"};

Result<std::vector<std::string>> first_column(Result<Rows> rows) {
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const Row& row : *rows) out.push_back(row.text(0));
  return out;
}

template <class Connection>
class EngineTables : public Tables {
 public:
  explicit EngineTables(Connection& connection) : connection_(connection) {}

  Result<void> clear(const std::string& table) override {
    auto gone = connection_.execute("DELETE FROM " + table);
    if (!gone) return gone.error();
    return {};
  }
  Result<void> put(const std::string& table, const std::vector<std::string>& columns,
                   const Rows& rows) override {
    std::vector<SqlValue> values;
    for (const Row& row : rows) values.insert(values.end(), row.values().begin(), row.values().end());
    std::vector<std::string> places;
    for (size_t at = 1; at <= columns.size(); ++at) places.push_back(fmt::format("${}", at));
    const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, fmt::join(columns, ", "),
                                        fmt::join(places, ", "));
    return connection_.execute_rows(sql, columns.size(), values);
  }
  Result<int64_t> version() override {
    auto ours = names();
    if (!ours) return ours.error();
    if (std::find(ours->begin(), ours->end(), "schema_version") == ours->end()) return kNotOurs;
    auto rows = connection_.query("SELECT version FROM schema_version");
    if (!rows) return rows.error();
    if (rows->size() != 1) return kNotOurs;
    return rows->front().integer(0);
  }

 protected:
  Connection& connection_;
};

class SqliteTables final : public EngineTables<SqliteConnection> {
 public:
  using EngineTables::EngineTables;
  Result<std::vector<std::string>> names() override {
    return first_column(
        connection_.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                          "AND name <> 'store_probe' ORDER BY name"));
  }
  Result<std::vector<std::string>> columns(const std::string& table) override {
    const std::array<SqlValue, 1> which{to_sql(table)};
    return first_column(connection_.query("SELECT name FROM pragma_table_info($1) ORDER BY name", which));
  }
  Result<void> walk(const std::string& table, const std::vector<std::string>& columns,
                    const std::function<Result<void>(const Rows&)>& take) override {
    const std::string sql = fmt::format("SELECT {}, rowid FROM {} WHERE rowid > $1 ORDER BY rowid LIMIT {}",
                                        fmt::join(columns, ", "), table, kRowsAtOnce);
    int64_t after = std::numeric_limits<int64_t>::min();
    while (true) {
      const std::array<SqlValue, 1> from{to_sql(after)};
      auto found = connection_.query(sql, from);
      if (!found) return found.error();
      if (found->empty()) return {};
      after = found->back().integer(columns.size());
      Rows rows;
      for (const Row& row : *found)
        rows.emplace_back(std::vector<SqlValue>(row.values().begin(), row.values().end() - 1));
      if (auto taken = take(rows); !taken) return taken;
    }
  }
};

class PostgresTables final : public EngineTables<PostgresConnection> {
 public:
  using EngineTables::EngineTables;
  Result<std::vector<std::string>> names() override {
    return first_column(connection_.query(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() "
        "AND table_type = 'BASE TABLE' AND table_name <> 'store_owner' ORDER BY table_name::text COLLATE "
        "\"C\""));
  }
  Result<std::vector<std::string>> columns(const std::string& table) override {
    const std::array<SqlValue, 1> which{to_sql(table)};
    return first_column(connection_.query(
        "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = $1 ORDER BY column_name::text COLLATE \"C\"",
        which));
  }
  // Each walk has a cursor of its own name: a prepared FETCH remembers the columns of its first.
  Result<void> walk(const std::string& table, const std::vector<std::string>& columns,
                    const std::function<Result<void>(const Rows&)>& take) override {
    const std::string cursor = fmt::format("walk_{}", table);
    const auto begun = connection_.execute(fmt::format("DECLARE {} NO SCROLL CURSOR FOR SELECT {} FROM {}",
                                                       cursor, fmt::join(columns, ", "), table));
    if (!begun) return begun.error();
    const std::string fetch = fmt::format("FETCH {} FROM {}", kRowsAtOnce, cursor);
    while (true) {
      auto rows = connection_.query(fetch);
      if (!rows) return rows.error();
      if (rows->empty()) break;
      if (auto taken = take(*rows); !taken) return taken;
    }
    const auto ended = connection_.execute("CLOSE " + cursor);
    if (!ended) return ended.error();
    return {};
  }
};

}  // namespace

std::unique_ptr<Tables> tables_of(SqliteConnection& connection) {
  return std::make_unique<SqliteTables>(connection);
}

std::unique_ptr<Tables> tables_of(PostgresConnection& connection) {
  return std::make_unique<PostgresTables>(connection);
}

Result<ModuleSum> sum_of(Tables& tables, std::string module) {
  const auto version = tables.version();
  if (!version) return version.error();
  const auto names = tables.names();
  if (!names) return names.error();
  ModuleSum out{std::move(module), *version, {}};
  for (const std::string& table : *names) {
    const auto columns = tables.columns(table);
    if (!columns) return columns.error();
    RowSums sums;
    const auto add = [&sums](const Rows& rows) -> Result<void> {
      for (const Row& row : rows) sums.add(row.values());
      return {};
    };
    if (auto walked = tables.walk(table, *columns, add); !walked) return walked.error();
    out.tables.push_back(sums.sum(table));
  }
  return out;
}

Result<void> copy_rows(Tables& from, Tables& to) {
  const auto names = from.names();
  if (!names) return names.error();
  const auto there = to.names();
  if (!there) return there.error();
  if (*names != *there) return kOtherSchema;
  for (const std::string& table : *names) {
    const auto columns = from.columns(table);
    if (!columns) return columns.error();
    const auto same = to.columns(table);
    if (!same) return same.error();
    if (*columns != *same) return kOtherSchema;
    if (auto cleared = to.clear(table); !cleared) return cleared;
    const auto put = [&](const Rows& rows) { return to.put(table, *columns, rows); };
    if (auto copied = from.walk(table, *columns, put); !copied) return copied;
  }
  return {};
}

}  // namespace vitrine
