#include "store/sqlite/migrate.h"

#include "store/migration_run.h"

namespace vitrine {
namespace {

// outbox_head outlives pruning, so that numbers never start again; outbox_reader is how far each
// consumer has come, so that pruning waits for one that does not run at the moment.
constexpr std::string_view kSystemTables = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL);
INSERT INTO schema_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM schema_version);
CREATE TABLE IF NOT EXISTS outbox (
  shop_id TEXT NOT NULL, shard BIGINT NOT NULL, n BIGINT NOT NULL,
  kind TEXT NOT NULL, schema BIGINT NOT NULL, aggregate TEXT NOT NULL, version BIGINT NOT NULL,
  payload TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shard, n));
CREATE TABLE IF NOT EXISTS outbox_head (shard BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO outbox_head SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM outbox_head);
CREATE TABLE IF NOT EXISTS outbox_reader (
  consumer TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, seen_ms BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS store_probe (bytes BLOB NOT NULL);
COMMIT;
)sql";

Result<void> apply(SqliteConnection& connection, const Migration& migration) {
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  if (auto ran = connection.run_script(migration.sql); !ran) return ran;
  const std::array<SqlValue, 1> version{to_sql(migration.version)};
  if (auto set = connection.execute("UPDATE schema_version SET version = $1", version); !set)
    return set.error();
  if (auto committed = connection.execute("COMMIT"); !committed) return committed.error();
  return {};
}

}  // namespace

Result<void> migrate(SqliteConnection& connection, const std::vector<Migration>& migrations) {
  if (auto made = connection.run_script(kSystemTables); !made) return made;
  const auto rows = connection.query("SELECT version FROM schema_version");
  if (!rows) return rows.error();
  const auto apply_it = [&](const Migration& migration) { return apply(connection, migration); };
  return run_missing(migrations, rows->front().integer(0), apply_it);
}

}  // namespace vitrine
