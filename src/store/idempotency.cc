#include "store/idempotency.h"

namespace vitrine {

Result<std::optional<int64_t>> find_effect(Transaction& transaction, const IdempotencyKey& key) {
  const auto rows = transaction.query(
      "SELECT digest, effect FROM idempotency WHERE shop_id = 'default' AND scope = $1 AND key = $2",
      key.scope, key.key);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<int64_t>();
  if (rows->front().text(0) != key.digest)
    return Error{ErrorKind::conflict, "request.idempotency_key_reused"};
  return std::optional(rows->front().integer(1));
}

Result<void> record_effect(Transaction& transaction, const IdempotencyKey& key, int64_t effect,
                           WallTime now) {
  const auto written = transaction.execute(
      "INSERT INTO idempotency (shop_id, scope, key, digest, effect, created_ms)"
      " VALUES ('default', $1, $2, $3, $4, $5)",
      key.scope, key.key, key.digest, effect, now);
  if (!written) return written.error();
  return {};
}

}  // namespace vitrine
