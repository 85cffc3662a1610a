// Every module's database from every earlier version, with rows in it, to the newest, on both engines; and
// this program on a schema one version ahead of it.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "app/schemas.h"
#include "store/backup/tables.h"
#include "store/postgres/url.h"
#include "store/test_database.h"

namespace vitrine {
namespace {

constexpr std::string_view kNextTable = "CREATE TABLE of_the_next_version (id BIGINT NOT NULL PRIMARY KEY);";

// A place of its own for one version of one module.
struct Home {
  explicit Home(Engine engine) : url(engine_url(engine, folder.path())) {}
  Result<std::unique_ptr<Database>> open(const std::string& name, std::vector<Migration> migrations) {
    return open_database(
        {.name = name, .directory = folder.path(), .url = url, .migrations = std::move(migrations)});
  }
  TestFolder folder;
  std::string url;
};

std::vector<Migration> first(const ModuleSchema& module, size_t count) {
  return {module.migrations.begin(), module.migrations.begin() + static_cast<std::ptrdiff_t>(count)};
}

// A column's type, and whether it holds text or bytes; numbers need no word.
struct Column {
  std::string name;
  std::string type;
};

template <class Connection>
std::vector<Column> columns_of(Connection& connection, std::string_view sql, const std::string& table) {
  const std::array<SqlValue, 1> which{to_sql(table)};
  const auto rows = connection.query(sql, which);
  check(rows.ok(), "columns can be listed");
  std::vector<Column> out;
  for (const Row& row : *rows) out.push_back({row.text(0), row.text(1)});
  return out;
}

// One row of plain values into each table that holds none; what a table's CHECK refuses stays out.
template <class Connection>
int64_t fill(Connection& connection, std::string_view columns_sql) {
  const auto tables = tables_of(connection);
  int64_t filled = 0;
  const auto names = tables->names();
  check(names.ok(), "tables can be listed");
  for (const std::string& table : *names) {
    const bool of_the_store = table.starts_with("outbox") || table == "schema_version";
    if (of_the_store) continue;
    std::string into;
    std::string values;
    for (const Column& column : columns_of(connection, columns_sql, table)) {
      const bool text = column.type == "TEXT" || column.type == "text";
      const bool bytes = column.type == "BLOB" || column.type == "bytea";
      into += (into.empty() ? "" : ", ") + column.name;
      values += (values.empty() ? "" : ", ") + std::string(text ? "'x'" : bytes ? "'x'" : "1");
    }
    const auto put = connection.execute(fmt::format("INSERT INTO {} ({}) VALUES ({})", table, into, values));
    if (put) ++filled;
  }
  return filled;
}

int64_t fill_at(const Home& home, const std::string& module) {
  if (home.url.empty()) {
    auto connection = SqliteConnection::open({.path = home.folder.path() + "/" + module + ".sqlite"});
    check(connection.ok(), "the file opens");
    return fill(**connection, "SELECT name, type FROM pragma_table_info($1)");
  }
  const auto url = parse_postgres_url(home.url);
  auto connection = PostgresConnection::open({.url = url->connect, .schema = url->schema_prefix + module});
  check(connection.ok(), "the server answers");
  return fill(**connection,
              "SELECT column_name::text, data_type::text FROM information_schema.columns "
              "WHERE table_schema = current_schema() AND table_name = $1");
}

// Rows of every table but those of the store itself.
std::map<std::string, int64_t> rows_at(const Home& home, const std::string& module) {
  TestFolder copy;
  const auto sums = take_snapshot({home.folder.path(), home.url}, all_schemas(), copy.path());
  check(sums.ok(), "a snapshot can be taken");
  std::map<std::string, int64_t> out;
  check(sums->size() == 1 && sums->front().module == module, "only this module is there");
  for (const TableSum& table : sums->front().tables) out[table.table] = table.rows;
  return out;
}

class MigrationsTest : public ::testing::TestWithParam<Engine> {};
INSTANTIATE_TEST_SUITE_P(Engines, MigrationsTest, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

TEST_P(MigrationsTest, EveryEarlierVersionWithRowsInItComesToTheNewestAndKeepsThem) {
  int64_t filled = 0;
  for (const ModuleSchema& module : all_schemas()) {
    for (size_t version = 1; version <= module.migrations.size(); ++version) {
      SCOPED_TRACE(module.name + " from version " + std::to_string(version));
      Home home(GetParam());
      ASSERT_TRUE(home.open(module.name, first(module, version)));
      filled += fill_at(home, module.name);
      const auto before = rows_at(home, module.name);
      const auto opened = home.open(module.name, module.migrations);
      ASSERT_TRUE(opened) << opened.error().reason;
      (*opened)->close();
      const auto after = rows_at(home, module.name);
      for (const auto& [table, rows] : before) {
        const auto kept = after.find(table);
        ASSERT_NE(kept, after.end()) << table << " is gone";
        EXPECT_GE(kept->second, rows) << table;
      }
    }
  }
  EXPECT_GT(filled, 300) << "most tables of most versions held a row";
}

TEST_P(MigrationsTest, ThisProgramRunsOnASchemaOneVersionAheadAndOnNoneFurther) {
  for (const ModuleSchema& module : all_schemas()) {
    SCOPED_TRACE(module.name);
    Home home(GetParam());
    std::vector<Migration> next = module.migrations;
    next.push_back({static_cast<int>(next.size()) + 1, kNextTable});
    ASSERT_TRUE(home.open(module.name, next));
    EXPECT_TRUE(home.open(module.name, module.migrations));
    next.push_back({static_cast<int>(next.size()) + 1, "CREATE TABLE and_the_one_after (id BIGINT);"});
    ASSERT_TRUE(home.open(module.name, next));
    const auto refused = home.open(module.name, module.migrations);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "store.newer_schema");
  }
}

}  // namespace
}  // namespace vitrine
