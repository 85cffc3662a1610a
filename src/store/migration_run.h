// What both engines do with the migrations a module brings: forward only, each missing one in its turn.
//
// Thread  the one that opens the database.
#pragma once

#include <functional>
#include <vector>

#include "store/database.h"

namespace vitrine {

// Calls `apply` for each migration above `current`, which runs it and raises the version in one transaction.
// A schema one version ahead is accepted: binary N runs on schema N+1. Errors: `unsupported`
// "store.newer_schema", `unavailable` "store.migration".
Result<void> run_missing(const std::vector<Migration>& migrations, int64_t current,
                         const std::function<Result<void>(const Migration&)>& apply);

}  // namespace vitrine
