#include "store/migration_run.h"

#include "base/log.h"

namespace vitrine {

Result<void> run_missing(const std::vector<Migration>& migrations, int64_t current,
                         const std::function<Result<void>(const Migration&)>& apply) {
  const int64_t known = migrations.empty() ? 0 : migrations.back().version;
  if (current > known + 1) return Error{ErrorKind::unsupported, "store.newer_schema"};
  int expected = 1;
  for (const Migration& migration : migrations) {
    check(migration.version == expected++, "migrations are numbered 1, 2, 3 ...");
    if (migration.version <= current) continue;
    if (auto applied = apply(migration); !applied) {
      log_error("store.migration_failed",
                {{"version", migration.version}, {"reason", applied.error().reason}});
      return Error{ErrorKind::unavailable, "store.migration"};
    }
  }
  return {};
}

}  // namespace vitrine
