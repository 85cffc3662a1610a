#include "store/postgres/migrate.h"

#include "store/migration_run.h"
#include "store/postgres/dialect.h"

namespace vitrine {
namespace {

// As SQLite's (sqlite/migrate.cc), and store_owner: whose epoch it is. Every commit writes that row, so it is
// kept small and with room for its next versions on its own page.
constexpr std::string_view kSystemTables = R"sql(
BEGIN;
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL);
INSERT INTO schema_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM schema_version);
CREATE TABLE IF NOT EXISTS store_owner (epoch BIGINT NOT NULL, commits BIGINT NOT NULL) WITH (fillfactor = 10);
INSERT INTO store_owner SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM store_owner);
CREATE TABLE IF NOT EXISTS outbox (
  shop_id TEXT COLLATE "C" NOT NULL, shard BIGINT NOT NULL, n BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL, schema BIGINT NOT NULL, aggregate TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL, payload TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shard, n));
CREATE TABLE IF NOT EXISTS outbox_head (shard BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)
  WITH (fillfactor = 10);
INSERT INTO outbox_head SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM outbox_head);
CREATE TABLE IF NOT EXISTS outbox_reader (
  consumer TEXT COLLATE "C" NOT NULL PRIMARY KEY, n BIGINT NOT NULL, seen_ms BIGINT NOT NULL);
COMMIT;
)sql";

Result<void> apply(PostgresConnection& connection, const Migration& migration) {
  const std::string script = "BEGIN;\n" + postgres_ddl(migration.sql) +
                             "\nUPDATE schema_version SET version = " + std::to_string(migration.version) +
                             ";\nCOMMIT;";
  return connection.run_script(script);
}

}  // namespace

Result<void> migrate(PostgresConnection& connection, const std::vector<Migration>& migrations) {
  if (auto made = connection.run_script(kSystemTables); !made) return made;
  const auto rows = connection.query("SELECT version FROM schema_version");
  if (!rows) return rows.error();
  const auto apply_it = [&](const Migration& migration) { return apply(connection, migration); };
  return run_missing(migrations, rows->front().integer(0), apply_it);
}

}  // namespace vitrine
