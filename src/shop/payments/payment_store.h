// The SQL of payment attempts, the inbox of notices and refunds. Every function runs inside the caller's
// transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shop/payments/bill_rules.h"
#include "shop/payments/payment_rules.h"
#include "shop/payments/provider.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kPaymentTables = R"sql(
CREATE TABLE payment_attempt (
  shop_id TEXT NOT NULL, payment BIGINT NOT NULL, order_id BIGINT NOT NULL, provider TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, state INTEGER NOT NULL,
  cashier_url TEXT, instructions TEXT, created_ms BIGINT NOT NULL,
  polls BIGINT NOT NULL, next_poll_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, payment));
CREATE INDEX attempt_of_order ON payment_attempt (shop_id, order_id);
CREATE UNIQUE INDEX attempt_open ON payment_attempt (shop_id, order_id) WHERE state IN (0, 1, 2, 6);
CREATE INDEX attempt_poll ON payment_attempt (shop_id, next_poll_ms) WHERE state IN (0, 1, 2, 6);
CREATE TABLE payment_inbox (
  shop_id TEXT NOT NULL, provider TEXT NOT NULL, event_id TEXT NOT NULL, raw BLOB NOT NULL,
  payment BIGINT NOT NULL, word INTEGER NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,
  received_ms BIGINT NOT NULL, outcome TEXT,
  PRIMARY KEY (shop_id, provider, event_id));
CREATE INDEX inbox_waiting ON payment_inbox (shop_id, received_ms) WHERE outcome IS NULL;
CREATE TABLE refund (
  shop_id TEXT NOT NULL, refund BIGINT NOT NULL, payment BIGINT NOT NULL, order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, reason TEXT NOT NULL,
  state INTEGER NOT NULL, created_ms BIGINT NOT NULL, tries BIGINT NOT NULL, next_try_ms BIGINT NOT NULL,
  done_ms BIGINT,
  PRIMARY KEY (shop_id, refund));
CREATE UNIQUE INDEX refund_of_payment ON refund (shop_id, payment);
CREATE INDEX refund_waiting ON refund (shop_id, next_try_ms) WHERE state = 0;
)sql";

// A refund that was sent is asked about until it is done; bills of the day are compared with our books.
inline constexpr std::string_view kBillTables = R"sql(
ALTER TABLE payment_attempt ADD COLUMN paid_ms BIGINT;
ALTER TABLE payment_inbox ADD COLUMN paid_ms BIGINT;
CREATE INDEX refund_open ON refund (shop_id, next_try_ms) WHERE state IN (0, 2);
CREATE TABLE bill_check (
  shop_id TEXT NOT NULL, provider TEXT NOT NULL, day_ms BIGINT NOT NULL, checked_ms BIGINT NOT NULL,
  bill_lines BIGINT NOT NULL, our_lines BIGINT NOT NULL,
  PRIMARY KEY (shop_id, provider, day_ms));
CREATE TABLE bill_difference (
  shop_id TEXT NOT NULL, provider TEXT NOT NULL, day_ms BIGINT NOT NULL, n BIGINT NOT NULL,
  kind TEXT NOT NULL, payment BIGINT NOT NULL, refund BIGINT NOT NULL, bill_amount BIGINT NOT NULL,
  our_amount BIGINT NOT NULL, currency TEXT NOT NULL,
  PRIMARY KEY (shop_id, provider, day_ms, n));
)sql";

struct Attempt {
  PaymentId payment{};
  OrderId order{};
  std::string provider{};
  Money amount{};
  AttemptState state = AttemptState::created;
  std::optional<std::string> cashier_url{};
  std::optional<std::string> instructions{};
  WallTime created{};
  int64_t polls = 0;
};

// Why money goes back. late and twice return what no order may keep; cancelled gives a sale back.
enum class RefundReason : uint8_t { late, twice, cancelled };
constexpr std::array<std::string_view, 3> enum_names(RefundReason) {
  return {"late_payment", "paid_twice", "cancelled"};
}

//   waiting --> done
//   waiting --> sent --> done
//               sent --> waiting    the provider has never heard of it
//   waiting, sent --> refused --> waiting    people looked and send it again
enum class RefundState : uint8_t { waiting, done, sent, refused };
constexpr std::array<std::string_view, 4> enum_names(RefundState) {
  return {"waiting", "done", "sent", "refused"};
}

struct Refund {
  RefundId refund{};
  PaymentId payment{};
  OrderId order{};
  Money amount{};
  RefundReason reason = RefundReason::late;
  RefundState state = RefundState::waiting;
  int64_t tries = 0;
};

Result<void> insert_attempt(Transaction& tx, const Attempt& attempt);
// Errors: `not_found` "shop.payment".
Result<Attempt> find_attempt(Transaction& tx, PaymentId payment);
Result<std::vector<Attempt>> attempts_of(Transaction& tx, OrderId order);
// Compare-and-set on the state. Errors: `internal` "shop.broken_attempt" for an illegal step or when
// `from` is not stored.
Result<void> move_attempt(Transaction& tx, const Attempt& from, AttemptState to);
// When its money was taken; for the day's books.
Result<void> mark_attempt_paid(Transaction& tx, PaymentId payment, WallTime at);
Result<void> set_prepaid(Transaction& tx, PaymentId payment, const Prepaid& prepaid);
Result<void> plan_poll(Transaction& tx, PaymentId payment, int64_t polls, WallTime next);
Result<std::vector<Attempt>> open_attempts(Transaction& tx);
// Those whose next question is due.
Result<std::vector<Attempt>> attempts_to_poll(Transaction& tx, WallTime now, size_t limit);

// Stores a notice before anything is done about it; false when this event was stored before. Errors:
// `conflict` "shop.notice_changed" when it was, with other bytes.
Result<bool> store_notice(Transaction& tx, std::string_view provider, const Notice& notice,
                          const std::string& raw, WallTime at);
struct WaitingNotice {
  std::string provider{};
  Notice notice{};
};
Result<std::vector<WaitingNotice>> waiting_notices(Transaction& tx, size_t limit);
Result<void> close_notice(Transaction& tx, std::string_view provider, const std::string& event_id,
                          std::string_view outcome);

Result<void> insert_refund(Transaction& tx, const Refund& refund, WallTime at);
Result<std::vector<Refund>> refunds_of(Transaction& tx, OrderId order);
// Waiting or sent, and due.
Result<std::vector<Refund>> refunds_to_try(Transaction& tx, WallTime now, size_t limit);
// The next try of an open refund, which is waiting, sent or refused from now on; one that is done stays so.
Result<void> plan_refund(Transaction& tx, const Refund& refund, RefundState to, WallTime next);
Result<int64_t> refused_refunds(Transaction& tx);
// False when it was done before.
Result<bool> finish_refund(Transaction& tx, RefundId refund, WallTime at);

// What our books say a provider took and gave back on a day.
Result<std::vector<BillLine>> our_bill(Transaction& tx, std::string_view provider, BillDay day);

struct BillCheck {
  std::string provider{};
  WallTime day{};
  WallTime checked{};
  int64_t bill_lines = 0;
  int64_t our_lines = 0;
  std::vector<BillDifference> differences{};
};
// Replaces what was found for that provider and day before.
Result<void> store_bill_check(Transaction& tx, const BillCheck& check);
Result<bool> bill_was_checked(Transaction& tx, std::string_view provider, WallTime day);
// Newest day first.
Result<std::vector<BillCheck>> list_bill_checks(Transaction& tx, size_t limit);

}  // namespace vitrine
