// Idempotency records (SHOP-RULES 17): written in the transaction of the effect they name. Each
// module's first migration includes kIdempotencyTable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kIdempotencyTable = R"sql(
CREATE TABLE idempotency (
  shop_id TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
  digest TEXT NOT NULL, effect BIGINT NOT NULL, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, scope, key));
)sql";

// Who asks for what: scope is account (or guest id) + route.
struct IdempotencyKey {
  std::string scope;
  std::string key;
  std::string digest;  // of the request body
};

// The effect's id when this key was used before with this body. Errors: `conflict`
// "request.idempotency_key_reused" when the body differs.
Result<std::optional<int64_t>> find_effect(Transaction& transaction, const IdempotencyKey& key);
Result<void> record_effect(Transaction& transaction, const IdempotencyKey& key, int64_t effect, WallTime now);

}  // namespace vitrine
