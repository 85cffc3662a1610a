// Brings a schema to what this program knows, forward only.
//
// Thread  the one that opens the database; it holds the schema's lock.
// Never   changes a schema that is newer than this program.
#pragma once

#include <vector>

#include "store/database.h"
#include "store/postgres/connection.h"

namespace vitrine {

// Makes the tables every database has (version row, owner, outbox), then runs each missing migration in its
// own transaction. A schema one version ahead is accepted: binary N runs on schema N+1.
// Errors: `unsupported` "store.newer_schema", `unavailable` "store.migration".
Result<void> migrate(PostgresConnection& connection, const std::vector<Migration>& migrations);

}  // namespace vitrine
