#include "store/backup/snapshot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "store/backup/tables.h"
#include "store/postgres/migrate.h"
#include "store/postgres/url.h"
#include "store/sqlite/migrate.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
using Use = SqliteConnection::Use;

constexpr std::string_view kStaged = "restoring_";
constexpr Error kDiffers{ErrorKind::internal, "store.copy_differs"};
constexpr Error kNewer{ErrorKind::unsupported, "store.newer_schema"};
constexpr Error kOpen{ErrorKind::unavailable, "store.open"};
constexpr Error kDisk{ErrorKind::unavailable, "store.io"};
constexpr Error kFull{ErrorKind::unavailable, "store.full"};
constexpr int kTogetherTries = 50;

std::string file_of(const std::string& folder, const std::string& module) {
  return folder + "/" + module + ".sqlite";
}

Result<void> sync_path(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!synced) return kDisk;
  return {};
}

Result<ModuleSum> sum_of_file(const std::string& path, const std::string& module) {
  auto archive = SqliteConnection::open({.path = path, .use = Use::archive});
  if (!archive) return archive.error();
  return sum_of(*tables_of(**archive), module);
}

// The migrations that make a schema of `version`.
Result<std::vector<Migration>> migrations_to(const ModuleSchema& module, int64_t version) {
  const auto known = static_cast<int64_t>(module.migrations.size());
  if (version > known) return kNewer;
  return std::vector<Migration>(module.migrations.begin(), module.migrations.begin() + version);
}

// ---- SQLite

// A module's file, read at one moment for as long as this lives.
struct Held {
  const ModuleSchema* module = nullptr;
  std::unique_ptr<SqliteConnection> connection;
};

Result<std::vector<Held>> hold_all(const std::string& from, const ModuleSchemas& modules) {
  std::vector<Held> out;
  for (const ModuleSchema& module : modules) {
    if (!fs::exists(file_of(from, module.name))) continue;
    auto connection = SqliteConnection::open({.path = file_of(from, module.name)});
    if (!connection) return connection.error();
    out.push_back({&module, std::move(*connection)});
  }
  for (const Held& held : out) {
    if (auto begun = held.connection->execute("BEGIN"); !begun) return begun.error();
    // The moment is that of the first look.
    if (auto looked = held.connection->query("SELECT version FROM schema_version"); !looked)
      return looked.error();
  }
  return out;
}

// Whether `cursor` goes on in what `source` holds: not ahead of it, and nothing it still needs is pruned.
bool goes_on(SqliteConnection& source, int64_t cursor) {
  const auto rows = source.query(
      "SELECT n, COALESCE((SELECT MIN(n) FROM outbox WHERE shard = 0), n + 1) FROM outbox_head WHERE shard = "
      "0");
  if (!rows || rows->empty()) return false;
  return cursor <= rows->front().integer(0) && cursor + 1 >= rows->front().integer(1);
}

bool fit_together(const std::vector<Held>& all) {
  for (const Held& held : all) {
    const auto there = held.connection->query("SELECT 1 FROM sqlite_master WHERE name = 'bus_cursor'");
    if (!there || there->empty()) continue;
    const auto cursors = held.connection->query("SELECT source, n FROM bus_cursor");
    if (!cursors) return false;
    for (const Row& row : *cursors) {
      const auto source = std::find_if(all.begin(), all.end(),
                                       [&](const Held& each) { return each.module->name == row.text(0); });
      if (source != all.end() && !goes_on(*source->connection, row.integer(1))) return false;
    }
  }
  return true;
}

Result<std::vector<Held>> hold_together(const std::string& from, const ModuleSchemas& modules) {
  for (int tries = 1;; ++tries) {
    auto held = hold_all(from, modules);
    // A follower that never fits has lost touch in the running installation too: it is copied as it is.
    if (!held || tries == kTogetherTries || fit_together(*held)) return held;
  }
}

// All pages as of the moment that is held, into a fresh file without a journal beside it.
Result<void> copy_pages(SqliteConnection& from, const std::string& path) {
  auto to = SqliteConnection::open({.path = path});
  if (!to) return to.error();
  sqlite3_backup* copy = sqlite3_backup_init((*to)->handle(), "main", from.handle(), "main");
  if (copy == nullptr) return kDisk;
  sqlite3_backup_step(copy, -1);
  const int code = sqlite3_backup_finish(copy);
  if (code != SQLITE_OK) return (code & 0xFF) == SQLITE_FULL ? kFull : kDisk;
  if (auto plain = (*to)->execute("PRAGMA journal_mode=DELETE"); !plain) return plain.error();
  return {};
}

Result<std::vector<ModuleSum>> snapshot_sqlite(const std::string& from, const ModuleSchemas& modules,
                                               const std::string& folder) {
  auto held = hold_together(from, modules);
  if (!held) return held.error();
  std::vector<ModuleSum> sums;
  for (Held& each : *held) {
    const std::string path = file_of(folder, each.module->name);
    if (auto copied = copy_pages(*each.connection, path); !copied) return copied.error();
    each.connection.reset();  // the writer's journal may be cut again
    if (auto synced = sync_path(path); !synced) return synced.error();
    auto sum = sum_of_file(path, each.module->name);
    if (!sum) return sum.error();
    sums.push_back(std::move(*sum));
  }
  return sums;
}

// What no migration makes, where the source has it.
template <class Connection>
Result<void> make_later(Connection& connection, Tables& source, const ModuleSchema& module) {
  const auto names = source.names();
  if (!names) return names.error();
  for (const auto& [table, sql] : module.made_later) {
    if (std::find(names->begin(), names->end(), table) == names->end()) continue;
    if (auto made = connection.run_script(sql); !made) return made;
  }
  return {};
}

// ---- PostgreSQL

Result<std::unique_ptr<PostgresConnection>> connect(const PostgresUrl& url, const std::string& module) {
  return PostgresConnection::open({.url = url.connect, .schema = url.schema_prefix + module});
}

Result<bool> has_schema(PostgresConnection& connection, const std::string& schema) {
  const std::array<SqlValue, 1> which{to_sql(schema)};
  auto rows = connection.query("SELECT 1::bigint FROM pg_namespace WHERE nspname = $1", which);
  if (!rows) return rows.error();
  return !rows->empty();
}

// Copies rows between the engines and compares what arrived with what was read.
Result<ModuleSum> copy_and_compare(Tables& from, Tables& to, const std::string& module) {
  if (auto copied = copy_rows(from, to); !copied) return copied.error();
  auto before = sum_of(from, module);
  if (!before) return before.error();
  auto after = sum_of(to, module);
  if (!after) return after.error();
  if (*before != *after) return kDiffers;
  return after;
}

Result<ModuleSum> write_file(Tables& from, const ModuleSchema& module, const std::string& path) {
  const auto version = from.version();
  if (!version) return version.error();
  const auto migrations = migrations_to(module, *version);
  if (!migrations) return migrations.error();
  auto file = SqliteConnection::open({.path = path});
  if (!file) return file.error();
  if (auto made = migrate(**file, *migrations); !made) return made.error();
  if (auto made = make_later(**file, from, module); !made) return made.error();
  if (auto begun = (*file)->execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  auto sum = copy_and_compare(from, *tables_of(**file), module.name);
  if (!sum) return sum;
  // One file without a journal beside it.
  for (const char* step : {"COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"}) {
    if (auto done = (*file)->execute(step); !done) return done.error();
  }
  return sum;
}

Result<std::vector<ModuleSum>> snapshot_postgres(const std::string& address, const ModuleSchemas& modules,
                                                 const std::string& folder) {
  const auto url = parse_postgres_url(address);
  if (!url) return url.error();
  auto connection = connect(*url, "vitrine");
  if (!connection) return connection.error();
  PostgresConnection& from = **connection;
  if (auto begun = from.run_script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); !begun)
    return begun.error();
  std::vector<ModuleSum> sums;
  for (const ModuleSchema& module : modules) {
    const std::string schema = url->schema_prefix + module.name;
    const auto there = has_schema(from, schema);
    if (!there) return there.error();
    if (!*there) continue;
    if (auto set = from.run_script("SET LOCAL search_path TO " + schema); !set) return set.error();
    auto sum = write_file(*tables_of(from), module, file_of(folder, module.name));
    if (!sum) return sum.error();
    if (auto synced = sync_path(file_of(folder, module.name)); !synced) return synced.error();
    sums.push_back(std::move(*sum));
  }
  return sums;
}

Result<void> build_schema(PostgresConnection& connection, const std::string& schema, const std::string& path,
                          const ModuleSchema& module, const ModuleSum& wanted) {
  const auto migrations = migrations_to(module, wanted.version);
  if (!migrations) return migrations.error();
  auto archive = SqliteConnection::open({.path = path, .use = Use::archive});
  if (!archive) return archive.error();
  const std::string fresh = fmt::format("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", schema);
  if (auto made = connection.run_script(fresh); !made) return made;
  if (auto made = migrate(connection, *migrations); !made) return made;
  if (auto made = make_later(connection, *tables_of(**archive), module); !made) return made;
  if (auto begun = connection.run_script("BEGIN"); !begun) return begun;
  auto sum = copy_and_compare(*tables_of(**archive), *tables_of(connection), module.name);
  if (!sum) return sum.error();
  if (*sum != wanted) return kDiffers;
  return connection.run_script("COMMIT; ANALYZE");
}

Result<void> build_file(const std::string& path, const std::string& staged, const ModuleSchema& module,
                        const ModuleSum& wanted) {
  // A program runs on a schema one version ahead of it (store/migration_run.h).
  if (wanted.version > static_cast<int64_t>(module.migrations.size()) + 1) return kNewer;
  std::error_code failed;
  fs::copy_file(path, staged, failed);
  if (failed) return kDisk;
  auto sum = sum_of_file(staged, module.name);
  if (!sum) return sum.error();
  if (*sum != wanted) return kDiffers;
  return sync_path(staged);
}

}  // namespace

Result<std::vector<ModuleSum>> take_snapshot(const StorePlace& from, const ModuleSchemas& modules,
                                             const std::string& folder) {
  if (!from.url.empty()) return snapshot_postgres(from.url, modules, folder);
  return snapshot_sqlite(from.directory, modules, folder);
}

Result<bool> is_empty(const StorePlace& place, const ModuleSchemas& modules) {
  if (place.url.empty()) {
    return std::none_of(modules.begin(), modules.end(), [&](const ModuleSchema& module) {
      return fs::exists(file_of(place.directory, module.name));
    });
  }
  const auto url = parse_postgres_url(place.url);
  if (!url) return url.error();
  auto connection = connect(*url, "vitrine");
  if (!connection) return connection.error();
  for (const ModuleSchema& module : modules) {
    const auto there = has_schema(**connection, url->schema_prefix + module.name);
    if (!there) return there.error();
    if (*there) return false;
  }
  return true;
}

Result<StorePlace> staging_of(const StorePlace& place) {
  const std::string directory = place.directory + ".restoring";
  if (place.url.empty()) return StorePlace{directory, {}};
  const auto url = parse_postgres_url(place.url);
  if (!url) return url.error();
  const char joint = url->connect.find('?') == std::string::npos ? '?' : '&';
  std::string staged =
      fmt::format("{}{}schema_prefix={}{}", url->connect, joint, url->schema_prefix, kStaged);
  if (const auto fits = parse_postgres_url(staged); !fits) return fits.error();
  return StorePlace{directory, std::move(staged)};
}

Result<void> put_back(const std::string& folder, const std::vector<ModuleSum>& sums,
                      const StorePlace& staging, const ModuleSchemas& modules) {
  std::error_code failed;
  if (staging.url.empty()) {
    fs::remove_all(staging.directory, failed);
    fs::create_directories(staging.directory, failed);
    fs::permissions(staging.directory, fs::perms::owner_all, failed);
    if (failed) return kOpen;
  }
  for (const ModuleSum& sum : sums) {
    const auto module = std::find_if(modules.begin(), modules.end(),
                                     [&](const ModuleSchema& each) { return each.name == sum.module; });
    if (module == modules.end()) return Error{ErrorKind::unsupported, "store.other_schema"};
    const std::string path = file_of(folder, sum.module);
    if (staging.url.empty()) {
      if (auto built = build_file(path, file_of(staging.directory, sum.module), *module, sum); !built)
        return built;
      continue;
    }
    const auto url = parse_postgres_url(staging.url);
    if (!url) return url.error();
    auto connection = connect(*url, sum.module);
    if (!connection) return connection.error();
    auto built = build_schema(**connection, url->schema_prefix + sum.module, path, *module, sum);
    if (!built) return built;
  }
  return {};
}

Result<void> publish(const StorePlace& staging, const StorePlace& place, const std::vector<ModuleSum>& sums) {
  if (place.url.empty()) {
    std::error_code failed;
    fs::remove(place.directory, failed);  // when it is there and empty
    fs::rename(staging.directory, place.directory, failed);
    if (failed) return kDisk;
    return sync_path(fs::path(place.directory).parent_path().string());
  }
  const auto from = parse_postgres_url(staging.url);
  const auto to = parse_postgres_url(place.url);
  if (!from || !to) return kOpen;
  std::string script = "BEGIN;";
  for (const ModuleSum& sum : sums) {
    script += fmt::format("ALTER SCHEMA {}{} RENAME TO {}{};", from->schema_prefix, sum.module,
                          to->schema_prefix, sum.module);
  }
  auto connection = connect(*to, "vitrine");
  if (!connection) return connection.error();
  return (*connection)->run_script(script + "COMMIT;");
}

}  // namespace vitrine
