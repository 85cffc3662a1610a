#include "store/postgres/schema_lock.h"

#include <thread>

#include "base/log.h"

namespace vitrine {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds kAskAgain{10};
constexpr Error kLocked{ErrorKind::unavailable, "store.locked"};

}  // namespace

Result<bool> try_take_lock(PostgresConnection& connection, const std::string& name) {
  const std::array<SqlValue, 1> which{to_sql(name)};
  const auto rows = connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", which);
  if (!rows) return rows.error();
  return rows->front().integer(0) == 1;
}

Result<std::optional<LockHolder>> lock_holder(PostgresConnection& connection, const std::string& name) {
  const std::array<SqlValue, 1> which{to_sql(name)};
  const auto rows = connection.query(
      "SELECT a.pid::bigint, a.backend_start::text FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
      "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
      "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "AND l.classid::bigint = (hashtextextended($1, 0) >> 32) & 4294967295 "
      "AND l.objid::bigint = hashtextextended($1, 0) & 4294967295",
      which);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<LockHolder>();
  return std::optional(LockHolder{rows->front().integer(0), rows->front().text(1)});
}

Result<void> end_holder(PostgresConnection& connection, const LockHolder& holder) {
  const std::array<SqlValue, 2> which{to_sql(holder.backend), to_sql(holder.began)};
  const auto ended = connection.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2",
      which);
  if (!ended) return ended.error();
  return {};
}

Result<void> take_lock(PostgresConnection& connection, const std::string& name,
                       std::chrono::milliseconds most) {
  const auto until = steady_clock::now() + most;
  while (true) {
    const auto taken = try_take_lock(connection, name);
    if (!taken) return taken.error();
    if (*taken) return {};
    if (steady_clock::now() > until) return kLocked;
    const auto holder = lock_holder(connection, name);
    if (!holder) return holder.error();
    if (*holder) {
      log_info("store.lock_taken_over", {{"lock", name}, {"from", (*holder)->backend}});
      if (auto ended = end_holder(connection, **holder); !ended) return ended;
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

Result<std::string> backend_began(PostgresConnection& connection, int64_t backend) {
  const std::array<SqlValue, 1> which{to_sql(backend)};
  const auto rows =
      connection.query("SELECT backend_start::text FROM pg_stat_activity WHERE pid = $1", which);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::unavailable, "store.io"};
  return rows->front().text(0);
}

}  // namespace vitrine
