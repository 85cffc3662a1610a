// Pulls as they are remembered over a restart.
//
// A URL is stored as it was given, with its secrets: the pull needs them again. It is shown without.
//
// Owns    the table pulls of the media module's database.
// Thread  inside a transaction.
#pragma once

#include <string_view>
#include <vector>

#include "media/pull/puller.h"
#include "store/transaction.h"

namespace vitrine {

// For one of the module's migrations.
inline constexpr std::string_view kPullsTable = R"sql(
CREATE TABLE pulls (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, stream TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL, created_ms BIGINT NOT NULL);
)sql";

inline constexpr int64_t kPullsMax = 200;

// What is stored of a pull. `url` was taken by read_pull_url().
struct StoredPull {
  PullId id;
  std::string stream;
  std::string url;
  WallTime created;
};

// Errors: `conflict` "pull.exists" when the stream has one; `exhausted` "pull.too_many".
Result<void> add_pull(Transaction& transaction, const StoredPull& pull);
// Oldest first.
Result<std::vector<StoredPull>> list_pulls(Transaction& transaction);
// Errors: `not_found` "pull.none".
Result<StoredPull> find_pull(Transaction& transaction, PullId id);
Result<StoredPull> remove_pull(Transaction& transaction, PullId id);

}  // namespace vitrine
