// Brings a database file to the schema this program knows, forward only.
//
// Thread  the one that opens the database.
// Never   changes a file whose schema is newer than this program.
#pragma once

#include <vector>

#include "store/database.h"
#include "store/sqlite/connection.h"

namespace vitrine {

// Makes the tables every database has (version row, outbox), then runs each missing migration in its
// own transaction. A schema one version ahead is accepted: binary N runs on schema N+1.
// Errors: `unsupported` "store.newer_schema", `unavailable` "store.migration".
Result<void> migrate(SqliteConnection& connection, const std::vector<Migration>& migrations);

}  // namespace vitrine
