// Pulls as they are remembered over a restart.
//
// A URL is needed as it was given, with its secrets, and is kept sealed (store/field_cipher.h).
//
// Owns    the table pulls of the media module's database.
// Thread  inside a transaction.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "media/pull/puller.h"
#include "store/field_cipher.h"
#include "store/transaction.h"

namespace vitrine {

// For the module's migrations, in this order.
inline constexpr std::string_view kPullsTable = R"sql(
CREATE TABLE pulls (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, stream TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL, created_ms BIGINT NOT NULL);
)sql";
// `url` is empty from then on; seal_plain_urls() moves what is in it.
inline constexpr std::string_view kPullsSealed = R"sql(
ALTER TABLE pulls ADD COLUMN sealed_url BLOB;
ALTER TABLE pulls ADD COLUMN pause TEXT;
ALTER TABLE pulls ADD COLUMN paused_ms BIGINT;
)sql";

inline constexpr int64_t kPullsMax = 200;

enum class PullPause : uint8_t { staff, kicked };
constexpr std::array<std::string_view, 2> enum_names(PullPause) {
  return {"staff", "kicked"};
}

// What is stored of a pull. `url` was taken by read_pull_url().
struct StoredPull {
  PullId id;
  std::string stream;
  std::string sealed_url;
  WallTime created;
  std::optional<PullPause> pause;  // why it does not run
  std::optional<WallTime> paused;  // since when
};

std::string seal_pull_url(const FieldCipher& cipher, PullId id, std::string_view url);
// Errors: those of FieldCipher::open(), `invalid_input` "pull.url".
Result<PullUrl> open_pull_url(const FieldCipher& cipher, const StoredPull& pull);

// Errors: `conflict` "pull.exists" when the stream has one; `exhausted` "pull.too_many".
Result<void> add_pull(Transaction& transaction, const StoredPull& pull);
// Oldest first.
Result<std::vector<StoredPull>> list_pulls(Transaction& transaction);
// Errors: `not_found` "pull.none".
Result<StoredPull> find_pull(Transaction& transaction, PullId id);
Result<StoredPull> remove_pull(Transaction& transaction, PullId id);
// Writes URL and pause as `pull` says. Errors: `not_found` "pull.none".
Result<void> change_pull(Transaction& transaction, const StoredPull& pull);
// What a version before kPullsSealed stored.
Result<void> seal_plain_urls(Transaction& transaction, const FieldCipher& cipher);

}  // namespace vitrine
