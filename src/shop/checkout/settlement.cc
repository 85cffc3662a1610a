#include "shop/checkout/settlement.h"

#include <algorithm>

#include "base/log.h"
#include "shop/coupons/coupon_service.h"
#include "shop/ledger/ledger.h"

namespace vitrine {
namespace {

MovementNote note_of(const Order& order, const OrderCause& cause) {
  return {order.order, cause.cause, cause.actor, cause.at};
}

OrderMoney money_of(const Order& order) {
  return {order.items, order.discount, order.shipping, order.total};
}

Result<bool> any_open(Transaction& tx, OrderId order) {
  auto attempts = attempts_of(tx, order);
  if (!attempts) return attempts.error();
  return std::any_of(attempts->begin(), attempts->end(),
                     [](const Attempt& attempt) { return is_open(attempt.state); });
}

}  // namespace

Result<std::string_view> Settlement::take_word(Transaction& tx, PaymentId payment, ProviderAnswer answer,
                                               const OrderCause& cause) const {
  auto attempt = find_attempt(tx, payment);
  if (!attempt) return attempt.error();
  switch (answer.word) {
    case ProviderWord::waiting:
      return std::string_view("waiting");
    case ProviderWord::paying:
      if (attempt->state == AttemptState::created || attempt->state == AttemptState::prepaid) {
        if (auto moved = move_attempt(tx, *attempt, AttemptState::paying); !moved) return moved.error();
      }
      return std::string_view("waiting");
    case ProviderWord::paid:
      return take_payment(tx, *attempt, answer, cause);
    case ProviderWord::closed:
    case ProviderWord::unheard:
      if (!is_open(attempt->state)) return std::string_view("again");
      if (auto ended = end_attempt(tx, *attempt, AttemptState::closed, cause); !ended) return ended.error();
      return std::string_view("closed");
    case ProviderWord::failed:
      if (!is_open(attempt->state)) return std::string_view("again");
      if (auto ended = end_attempt(tx, *attempt, AttemptState::failed, cause); !ended) return ended.error();
      return std::string_view("failed");
  }
  return Error{ErrorKind::internal, "shop.provider_word"};
}

Result<std::string_view> Settlement::take_payment(Transaction& tx, const Attempt& attempt,
                                                  const ProviderAnswer& answer,
                                                  const OrderCause& cause) const {
  if (attempt.state == AttemptState::succeeded) return std::string_view("again");
  if (answer.amount != attempt.amount) {
    log_error("shop.payment_amount", {{"payment", attempt.payment.str()},
                                      {"asked", attempt.amount.amount},
                                      {"paid", answer.amount.amount}});
    return std::string_view("amount");
  }
  if (auto moved = move_attempt(tx, attempt, AttemptState::succeeded); !moved) return moved.error();
  if (auto marked = mark_attempt_paid(tx, attempt.payment, answer.at.value_or(cause.at)); !marked)
    return marked.error();
  auto order = find_order(tx, attempt.order);
  if (!order) return order.error();
  if (order->state == OrderState::closed) return return_money(tx, attempt, RefundReason::late, cause);
  if (!holds_stock(order->state)) return return_money(tx, attempt, RefundReason::twice, cause);
  if (auto sold = sell(tx, *order, attempt.payment, {"paid", cause.actor, cause.at}); !sold)
    return sold.error();
  return std::string_view("paid");
}

Result<void> Settlement::sell(Transaction& tx, Order& order, PaymentId payment,
                              const OrderCause& cause) const {
  if (auto moved = move_order(tx, order, OrderState::paid, cause); !moved) return moved;
  if (auto sold = resolve(tx, order, HoldState::committed, cause); !sold) return sold;
  LedgerEntry entry{.at = cause.at,
                    .cause = "paid",
                    .order = order.order,
                    .payment = payment,
                    .refund = {},
                    .lines = sale_lines(money_of(order))};
  return add_entry(tx, std::move(entry));
}

Result<void> Settlement::settle_free(Transaction& tx, Order& order, const OrderCause& cause) const {
  if (order.total.amount != 0) return Error{ErrorKind::internal, "shop.broken_free_order"};
  return sell(tx, order, PaymentId{}, {"paid", cause.actor, cause.at});
}

Result<std::string_view> Settlement::return_money(Transaction& tx, const Attempt& attempt,
                                                  RefundReason reason, const OrderCause& cause) const {
  const std::string_view name = enum_names(reason)[static_cast<size_t>(reason)];
  LedgerEntry entry{.at = cause.at,
                    .cause = std::string(name),
                    .order = attempt.order,
                    .payment = attempt.payment,
                    .refund = {},
                    .lines = deposit_lines(attempt.amount)};
  if (auto booked = add_entry(tx, std::move(entry)); !booked) return booked.error();
  const Refund refund{.refund = ids_.next<RefundId>(),
                      .payment = attempt.payment,
                      .order = attempt.order,
                      .amount = attempt.amount,
                      .reason = reason};
  if (auto put = insert_refund(tx, refund, cause.at); !put) return put.error();
  log_warn("shop.payment_returned", {{"order", attempt.order.str()}, {"why", name}});
  return reason == RefundReason::late ? std::string_view("late") : std::string_view("twice");
}

Result<void> Settlement::end_attempt(Transaction& tx, const Attempt& attempt, AttemptState end,
                                     const OrderCause& cause) const {
  if (auto moved = move_attempt(tx, attempt, end); !moved) return moved.error();
  auto order = find_order(tx, attempt.order);
  if (!order) return order.error();
  if (order->state != OrderState::closing) return {};
  auto open = any_open(tx, attempt.order);
  if (!open) return open.error();
  if (*open) return {};
  const bool timed_out = order->close_reason == "time_out";
  const OrderCause closed{order->close_reason.value_or("closed"), cause.actor, cause.at};
  return close(tx, *order, timed_out ? HoldState::expired : HoldState::released, closed);
}

Result<void> Settlement::close(Transaction& tx, Order& order, HoldState holds,
                               const OrderCause& cause) const {
  if (auto moved = move_order(tx, order, OrderState::closed, cause); !moved) return moved.error();
  return resolve(tx, order, holds, cause);
}

Result<void> Settlement::resolve(Transaction& tx, const Order& order, HoldState end,
                                 const OrderCause& cause) const {
  auto coupons = end == HoldState::committed ? use_coupons(tx, order.order, cause.at)
                                             : free_coupons(tx, order.order, {cause.cause, cause.at});
  if (!coupons) return coupons;
  if (order.grab) return sale_units_.resolve(tx, *order.grab, end, note_of(order, cause));
  return stock_.resolve(tx, end, note_of(order, cause));
}

Result<void> Settlement::end_unpaid(Transaction& tx, Order& order, const OrderCause& cause) const {
  auto attempts = attempts_of(tx, order.order);
  if (!attempts) return attempts.error();
  bool open = false;
  for (const Attempt& attempt : *attempts) {
    if (!is_open(attempt.state)) continue;
    open = true;
    if (auto soon = plan_poll(tx, attempt.payment, 0, cause.at); !soon) return soon.error();
  }
  if (open) return move_order(tx, order, OrderState::closing, cause);
  return close(tx, order, cause.cause == "time_out" ? HoldState::expired : HoldState::released, cause);
}

Result<void> Settlement::release_by_hand(Transaction& tx, Order& order, const OrderCause& cause) const {
  if (order.state != OrderState::closing) return Error{ErrorKind::conflict, "shop.order_state"};
  return close(tx, order, HoldState::released, cause);
}

Result<void> Settlement::give_back(Transaction& tx, Order& order, const OrderCause& cause) const {
  if (auto moved = move_order(tx, order, OrderState::refunding, cause); !moved) return moved.error();
  const MovementNote note = note_of(order, cause);
  auto back = order.grab ? sale_units_.take_back(tx, *order.grab, note) : stock_.take_back(tx, note);
  if (!back) return back.error();
  if (auto freed = free_coupons(tx, order.order, {cause.cause, cause.at}); !freed) return freed;
  if (order.total.amount == 0) return move_order(tx, order, OrderState::refunded, cause);
  auto attempts = attempts_of(tx, order.order);
  if (!attempts) return attempts.error();
  auto refunds = refunds_of(tx, order.order);
  if (!refunds) return refunds.error();
  for (const Attempt& attempt : *attempts) {
    const bool going_back = std::any_of(refunds->begin(), refunds->end(), [&](const Refund& refund) {
      return refund.payment == attempt.payment;
    });
    if (attempt.state != AttemptState::succeeded || going_back) continue;
    const Refund refund{.refund = ids_.next<RefundId>(),
                        .payment = attempt.payment,
                        .order = order.order,
                        .amount = attempt.amount,
                        .reason = RefundReason::cancelled};
    if (auto put = insert_refund(tx, refund, cause.at); !put) return put.error();
  }
  return {};
}

Result<void> Settlement::refund_done(Transaction& tx, const Refund& refund, WallTime done,
                                     const OrderCause& cause) const {
  auto first = finish_refund(tx, refund.refund, done);
  if (!first) return first.error();
  if (!*first) return {};
  const bool sale = refund.reason == RefundReason::cancelled;
  LedgerEntry entry{.at = cause.at,
                    .cause = "refunded",
                    .order = refund.order,
                    .payment = refund.payment,
                    .refund = refund.refund,
                    .lines = sale ? sale_refund_lines(refund.amount) : deposit_refund_lines(refund.amount)};
  if (auto booked = add_entry(tx, std::move(entry)); !booked) return booked.error();
  if (!sale) return {};
  auto order = find_order(tx, refund.order);
  if (!order) return order.error();
  return move_order(tx, *order, OrderState::refunded, cause);
}

}  // namespace vitrine
