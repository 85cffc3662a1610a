// What the server's answers say: rows as values, SQLSTATEs as our errors.
//
// Thread  any: pure functions over one result.
#pragma once

#include "base/result.h"
#include "store/sql_value.h"

struct pg_result;

namespace vitrine {

Rows read_rows(const pg_result* result);
// `conflict` "store.unique" | "store.foreign_key" | "store.check", `unavailable` "store.full" | "store.io",
// `internal` "store.statement".
Error error_for(std::string_view sqlstate);

}  // namespace vitrine
