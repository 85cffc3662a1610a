#include "shop/payments/payment_store.h"

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

constexpr std::string_view kAttemptColumns =
    "payment, order_id, provider, amount, currency, state, cashier_url, instructions, created_ms, polls ";
constexpr std::string_view kRefundColumns =
    "refund, payment, order_id, amount, currency, reason, state, tries ";

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Money read_money(const Row& row, size_t amount, size_t currency) {
  return {row.integer(amount), Currency::parse(row.text(currency)).value_or(Currency{})};
}

Result<std::vector<Attempt>> read_attempts(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<Attempt> out;
  for (const Row& row : *rows) {
    out.push_back({.payment = row.id<PaymentId>(0),
                   .order = row.id<OrderId>(1),
                   .provider = row.text(2),
                   .amount = read_money(row, 3, 4),
                   .state = static_cast<AttemptState>(row.integer(5)),
                   .cashier_url = row.maybe_text(6),
                   .instructions = row.maybe_text(7),
                   .created = row.time(8),
                   .polls = row.integer(9)});
  }
  return out;
}

Result<std::vector<Refund>> read_refunds(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  std::vector<Refund> out;
  for (const Row& row : *rows) {
    Refund refund{.refund = row.id<RefundId>(0),
                  .payment = row.id<PaymentId>(1),
                  .order = row.id<OrderId>(2),
                  .amount = read_money(row, 3, 4),
                  .state = static_cast<RefundState>(row.integer(6)),
                  .tries = row.integer(7)};
    const auto names = enum_names(RefundReason{});
    for (size_t at = 0; at < names.size(); ++at) {
      if (names[at] == row.text(5)) refund.reason = static_cast<RefundReason>(at);
    }
    out.push_back(refund);
  }
  return out;
}

}  // namespace

Result<void> insert_attempt(Transaction& tx, const Attempt& attempt) {
  return done(tx.execute(
      "INSERT INTO payment_attempt (shop_id, payment, order_id, provider, amount, currency, state, "
      "created_ms, polls, next_poll_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
      kShop, attempt.payment, attempt.order, attempt.provider, attempt.amount.amount,
      attempt.amount.currency.str(), attempt.state, attempt.created, attempt.created + poll_pause(0)));
}

Result<Attempt> find_attempt(Transaction& tx, PaymentId payment) {
  auto found = read_attempts(tx.query(
      "SELECT " + std::string(kAttemptColumns) + "FROM payment_attempt WHERE shop_id = $1 AND payment = $2",
      kShop, payment));
  if (!found) return found.error();
  if (found->empty()) return Error{ErrorKind::not_found, "shop.payment"};
  return found->front();
}

Result<std::vector<Attempt>> attempts_of(Transaction& tx, OrderId order) {
  return read_attempts(
      tx.query("SELECT " + std::string(kAttemptColumns) +
                   "FROM payment_attempt WHERE shop_id = $1 AND order_id = $2 ORDER BY payment",
               kShop, order));
}

Result<void> mark_attempt_paid(Transaction& tx, PaymentId payment, WallTime at) {
  return done(tx.execute("UPDATE payment_attempt SET paid_ms = $3 WHERE shop_id = $1 AND payment = $2", kShop,
                         payment, at));
}

Result<void> move_attempt(Transaction& tx, const Attempt& from, AttemptState to) {
  if (!may_follow(from.state, to)) return Error{ErrorKind::internal, "shop.broken_attempt"};
  auto changed =
      tx.execute("UPDATE payment_attempt SET state = $3 WHERE shop_id = $1 AND payment = $2 AND state = $4",
                 kShop, from.payment, to, from.state);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::internal, "shop.broken_attempt"};
  return {};
}

Result<void> set_prepaid(Transaction& tx, PaymentId payment, const Prepaid& prepaid) {
  return done(
      tx.execute("UPDATE payment_attempt SET cashier_url = $3, instructions = $4 "
                 "WHERE shop_id = $1 AND payment = $2",
                 kShop, payment, prepaid.cashier_url, prepaid.instructions));
}

Result<void> plan_poll(Transaction& tx, PaymentId payment, int64_t polls, WallTime next) {
  return done(
      tx.execute("UPDATE payment_attempt SET polls = $3, next_poll_ms = $4 "
                 "WHERE shop_id = $1 AND payment = $2",
                 kShop, payment, polls, next));
}

Result<std::vector<Attempt>> attempts_to_poll(Transaction& tx, WallTime now, size_t limit) {
  return read_attempts(tx.query("SELECT " + std::string(kAttemptColumns) +
                                    "FROM payment_attempt WHERE shop_id = $1 AND state IN (0, 1, 2, 6) "
                                    "AND next_poll_ms <= $2 ORDER BY next_poll_ms LIMIT $3",
                                kShop, now, limit));
}

Result<std::vector<Attempt>> open_attempts(Transaction& tx) {
  return read_attempts(tx.query("SELECT " + std::string(kAttemptColumns) +
                                    "FROM payment_attempt WHERE shop_id = $1 AND state IN (0, 1, 2, 6) "
                                    "ORDER BY payment",
                                kShop));
}

Result<std::vector<BillLine>> our_bill(Transaction& tx, std::string_view provider, BillDay day) {
  std::vector<BillLine> out;
  const auto take = [&](std::string_view sql) -> Result<void> {
    auto rows = tx.query(sql, kShop, provider, day.from, day.to);
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
      out.push_back({row.id<PaymentId>(0), row.id<RefundId>(1), read_money(row, 2, 3)});
    }
    return {};
  };
  auto payments = take(
      "SELECT payment, CAST(0 AS BIGINT), amount, currency FROM payment_attempt WHERE shop_id = $1 "
      "AND provider = $2 AND state = 3 AND paid_ms >= $3 AND paid_ms < $4");
  if (!payments) return payments.error();
  auto refunds = take(
      "SELECT r.payment, r.refund, r.amount, r.currency FROM refund r JOIN payment_attempt a "
      "ON a.shop_id = r.shop_id AND a.payment = r.payment WHERE r.shop_id = $1 AND a.provider = $2 "
      "AND r.state = 1 AND r.done_ms >= $3 AND r.done_ms < $4");
  if (!refunds) return refunds.error();
  return out;
}

Result<void> store_bill_check(Transaction& tx, const BillCheck& check) {
  auto gone = tx.execute("DELETE FROM bill_difference WHERE shop_id = $1 AND provider = $2 AND day_ms = $3",
                         kShop, check.provider, check.day);
  if (!gone) return gone.error();
  auto put = tx.execute(
      "INSERT INTO bill_check (shop_id, provider, day_ms, checked_ms, bill_lines, our_lines) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, provider, day_ms) DO UPDATE SET "
      "checked_ms = excluded.checked_ms, bill_lines = excluded.bill_lines, our_lines = excluded.our_lines",
      kShop, check.provider, check.day, check.checked, check.bill_lines, check.our_lines);
  if (!put) return put.error();
  for (size_t at = 0; at < check.differences.size(); ++at) {
    const BillDifference& one = check.differences[at];
    auto line = tx.execute(
        "INSERT INTO bill_difference (shop_id, provider, day_ms, n, kind, payment, refund, bill_amount, "
        "our_amount, currency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        kShop, check.provider, check.day, at, enum_names(one.kind)[static_cast<size_t>(one.kind)],
        one.payment, one.refund, one.theirs.amount, one.ours.amount, one.theirs.currency.str());
    if (!line) return line.error();
  }
  return {};
}

Result<bool> bill_was_checked(Transaction& tx, std::string_view provider, WallTime day) {
  auto rows = tx.query("SELECT 1 FROM bill_check WHERE shop_id = $1 AND provider = $2 AND day_ms = $3", kShop,
                       provider, day);
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<std::vector<BillCheck>> list_bill_checks(Transaction& tx, size_t limit) {
  auto rows = tx.query(
      "SELECT provider, day_ms, checked_ms, bill_lines, our_lines FROM bill_check WHERE shop_id = $1 "
      "ORDER BY day_ms DESC, provider LIMIT $2",
      kShop, limit);
  if (!rows) return rows.error();
  std::vector<BillCheck> out;
  for (const Row& row : *rows) {
    BillCheck check{row.text(0), row.time(1), row.time(2), row.integer(3), row.integer(4), {}};
    auto lines = tx.query(
        "SELECT kind, payment, refund, bill_amount, our_amount, currency FROM bill_difference "
        "WHERE shop_id = $1 AND provider = $2 AND day_ms = $3 ORDER BY n LIMIT 500",
        kShop, check.provider, check.day);
    if (!lines) return lines.error();
    for (const Row& line : *lines) {
      BillDifference one{.payment = line.id<PaymentId>(1), .refund = line.id<RefundId>(2)};
      const auto names = enum_names(BillDifferenceKind{});
      for (size_t at = 0; at < names.size(); ++at) {
        if (names[at] == line.text(0)) one.kind = static_cast<BillDifferenceKind>(at);
      }
      one.theirs = read_money(line, 3, 5);
      one.ours = read_money(line, 4, 5);
      check.differences.push_back(one);
    }
    out.push_back(std::move(check));
  }
  return out;
}

Result<bool> store_notice(Transaction& tx, std::string_view provider, const Notice& notice,
                          const std::string& raw, WallTime at) {
  auto put = tx.execute(
      "INSERT INTO payment_inbox (shop_id, provider, event_id, raw, payment, word, amount, currency, "
      "received_ms, paid_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "ON CONFLICT (shop_id, provider, event_id) DO NOTHING",
      kShop, provider, notice.event_id, Blob{raw}, notice.payment, notice.answer.word,
      notice.answer.amount.amount, notice.answer.amount.currency.str(), at, notice.answer.at);
  if (!put) return put.error();
  if (*put == 1) return true;
  auto kept = tx.query("SELECT raw FROM payment_inbox WHERE shop_id = $1 AND provider = $2 AND event_id = $3",
                       kShop, provider, notice.event_id);
  if (!kept) return kept.error();
  if (kept->empty() || kept->front().blob(0) != raw) return Error{ErrorKind::conflict, "shop.notice_changed"};
  return false;
}

Result<std::vector<WaitingNotice>> waiting_notices(Transaction& tx, size_t limit) {
  auto rows = tx.query(
      "SELECT provider, event_id, payment, word, amount, currency, paid_ms FROM payment_inbox "
      "WHERE shop_id = $1 AND outcome IS NULL ORDER BY received_ms LIMIT $2",
      kShop, limit);
  if (!rows) return rows.error();
  std::vector<WaitingNotice> out;
  for (const Row& row : *rows) {
    ProviderAnswer answer{static_cast<ProviderWord>(row.integer(3)), read_money(row, 4, 5), std::nullopt};
    if (!row.is_null(6)) answer.at = row.time(6);
    out.push_back({row.text(0), Notice{row.text(1), row.id<PaymentId>(2), answer}});
  }
  return out;
}

Result<void> close_notice(Transaction& tx, std::string_view provider, const std::string& event_id,
                          std::string_view outcome) {
  return done(
      tx.execute("UPDATE payment_inbox SET outcome = $4 "
                 "WHERE shop_id = $1 AND provider = $2 AND event_id = $3",
                 kShop, provider, event_id, outcome));
}

Result<void> insert_refund(Transaction& tx, const Refund& refund, WallTime at) {
  return done(tx.execute(
      "INSERT INTO refund (shop_id, refund, payment, order_id, amount, currency, reason, state, "
      "created_ms, tries, next_try_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, $8)",
      kShop, refund.refund, refund.payment, refund.order, refund.amount.amount, refund.amount.currency.str(),
      enum_names(refund.reason)[static_cast<size_t>(refund.reason)], at));
}

Result<std::vector<Refund>> refunds_of(Transaction& tx, OrderId order) {
  return read_refunds(tx.query("SELECT " + std::string(kRefundColumns) +
                                   "FROM refund WHERE shop_id = $1 AND order_id = $2 ORDER BY refund",
                               kShop, order));
}

Result<std::vector<Refund>> refunds_to_try(Transaction& tx, WallTime now, size_t limit) {
  return read_refunds(tx.query("SELECT " + std::string(kRefundColumns) +
                                   "FROM refund WHERE shop_id = $1 AND state IN (0, 2) AND next_try_ms <= $2 "
                                   "ORDER BY next_try_ms LIMIT $3",
                               kShop, now, limit));
}

Result<void> plan_refund(Transaction& tx, const Refund& refund, RefundState to, WallTime next) {
  return done(
      tx.execute("UPDATE refund SET tries = $3, next_try_ms = $4, state = $5 "
                 "WHERE shop_id = $1 AND refund = $2 AND state <> 1",
                 kShop, refund.refund, refund.tries + 1, next, to));
}

Result<int64_t> refused_refunds(Transaction& tx) {
  auto rows = tx.query("SELECT COUNT(*) FROM refund WHERE shop_id = $1 AND state = 3", kShop);
  if (!rows) return rows.error();
  return rows->front().integer(0);
}

Result<bool> finish_refund(Transaction& tx, RefundId refund, WallTime at) {
  auto changed = tx.execute(
      "UPDATE refund SET state = 1, done_ms = $3 WHERE shop_id = $1 AND refund = $2 AND state <> 1", kShop,
      refund, at);
  if (!changed) return changed.error();
  return *changed == 1;
}

}  // namespace vitrine
