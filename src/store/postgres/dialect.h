// The few places where PostgreSQL wants another text than the one the modules write. The modules' SQL is
// what both engines understand (docs/decisions/0011); this translates types and refusing triggers in
// migrations, and turns a batch's INSERT into one statement.
//
// Thread  any: pure functions.
// Never   touches what modules run as statements, beyond execute_rows().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine {

// A migration for PostgreSQL: TEXT compares by bytes as in SQLite, INTEGER has 64 bits, BLOB is BYTEA,
// and "CREATE TRIGGER t BEFORE UPDATE|DELETE ON x BEGIN SELECT RAISE(ABORT, '...'); END;" becomes a function
// with its trigger, which refuses TRUNCATE too.
std::string postgres_ddl(std::string_view sql);

// "INSERT INTO t (..) VALUES (..)" over arrays: each $k that `varies` becomes a column of unnest(), the
// others stay parameters. `types` are PostgreSQL's names ("bigint"). Empty for any other statement.
std::optional<std::string> set_wise_insert(std::string_view sql, const std::vector<std::string>& types,
                                           const std::vector<bool>& varies);

}  // namespace vitrine
