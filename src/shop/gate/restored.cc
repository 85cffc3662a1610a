#include "shop/gate/restored.h"

#include "shop/gate/shop_id.h"

namespace vitrine {

bool closed_for_sale(Transaction& tx) {
  const auto rows = tx.query("SELECT 1 FROM restored WHERE shop_id = $1", kShop);
  return !rows || !rows->empty();
}

Result<void> close_for_sale(Transaction& tx, WallTime backup, WallTime now, std::span<const PaymentId> open) {
  auto closed = tx.execute(
      "INSERT INTO restored (shop_id, backup_ms, restored_ms) VALUES ($1, $2, $3) "
      "ON CONFLICT (shop_id) DO UPDATE SET backup_ms = excluded.backup_ms, restored_ms = "
      "excluded.restored_ms",
      kShop, backup, now);
  if (!closed) return closed.error();
  if (auto gone = tx.execute("DELETE FROM restored_attempt WHERE shop_id = $1", kShop); !gone)
    return gone.error();
  for (const PaymentId payment : open) {
    auto put = tx.execute("INSERT INTO restored_attempt (shop_id, payment) VALUES ($1, $2)", kShop, payment);
    if (!put) return put.error();
  }
  return {};
}

Result<std::vector<PaymentId>> attempts_without_answer(Transaction& tx) {
  auto rows = tx.query("SELECT payment FROM restored_attempt WHERE shop_id = $1 ORDER BY payment", kShop);
  if (!rows) return rows.error();
  std::vector<PaymentId> out;
  for (const Row& row : *rows) out.push_back(row.id<PaymentId>(0));
  return out;
}

Result<void> note_answer(Transaction& tx, PaymentId payment) {
  auto gone = tx.execute("DELETE FROM restored_attempt WHERE shop_id = $1 AND payment = $2", kShop, payment);
  if (!gone) return gone.error();
  return {};
}

Result<void> open_for_sale(Transaction& tx) {
  auto gone = tx.execute("DELETE FROM restored WHERE shop_id = $1", kShop);
  if (!gone) return gone.error();
  return {};
}

}  // namespace vitrine
