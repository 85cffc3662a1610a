// A shop restored from a backup sells nothing until its payment providers were asked about every attempt that
// was open in the backup (SHOP-RULES 21): what was paid since is not known here.
//
// Owns    nothing. Thread  inside a closure on the database's writer or a reader.
// Never   opens the shop by itself: the caretaker does, when the last answer has come.
#pragma once

#include <span>

#include <vector>

#include "base/ids.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kRestoredTables = R"sql(
CREATE TABLE restored (
  shop_id TEXT NOT NULL PRIMARY KEY, backup_ms BIGINT NOT NULL, restored_ms BIGINT NOT NULL);
CREATE TABLE restored_attempt (
  shop_id TEXT NOT NULL, payment BIGINT NOT NULL,
  PRIMARY KEY (shop_id, payment));
)sql";

// Refusal of orders and grabs while the shop is closed for sale.
inline constexpr Error kRestored{ErrorKind::unavailable, "shop.restored"};

// True too when it cannot be read.
bool closed_for_sale(Transaction& tx);
// Closes the shop until an answer has come for each of `open`. Errors: the database's.
Result<void> close_for_sale(Transaction& tx, WallTime backup, WallTime now, std::span<const PaymentId> open);
// Attempts no provider has spoken about since; empty when the shop is not closed, or can be opened.
Result<std::vector<PaymentId>> attempts_without_answer(Transaction& tx);
Result<void> note_answer(Transaction& tx, PaymentId payment);
Result<void> open_for_sale(Transaction& tx);

}  // namespace vitrine
