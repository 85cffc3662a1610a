// What `--database postgres://...` says: where the server is and how our schemas are called there.
//
// Owns    the URL with its secrets.
// Never   shows them: `shown` is what logs and people see.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vitrine {

struct PostgresUrl {
  std::string connect;        // for libpq
  std::string schema_prefix;  // "east_": the module shop lives in the schema east_shop
  std::string shown;          // "postgres://vitrine@db1:5432/shop", without password
};

// Takes a libpq URL (postgres:// or postgresql://) and one key of our own, schema_prefix=[a-z0-9_]{0,32}.
// Errors: `invalid_input` "store.database_url".
Result<PostgresUrl> parse_postgres_url(std::string_view url);

}  // namespace vitrine
