#include "shop/checkout/payment_desk.h"

#include <algorithm>

#include "base/log.h"
#include "shop/gate/restored.h"

namespace vitrine {
namespace {

constexpr size_t kRoundMax = 50;  // attempts, notices or refunds in one round of a job

Result<void> note_asked(Transaction& tx, const Attempt& attempt, WallTime now) {
  return plan_poll(tx, attempt.payment, attempt.polls + 1, now + poll_pause(attempt.polls + 1));
}

}  // namespace

void PaymentDesk::use_sandbox(SandboxProvider& sandbox) {
  sandbox_ = &sandbox;
  use(sandbox);
}

PaymentProvider* PaymentDesk::find(std::string_view name) const {
  for (PaymentProvider* provider : providers_) {
    if (provider->name() == name) return provider;
  }
  return nullptr;
}

Result<PaymentDesk::Begun> PaymentDesk::decide(Transaction& tx, const IdempotencyKey& key, OrderId id,
                                               AccountId buyer, const PaymentProvider& provider,
                                               PaymentId fresh, Milliseconds time_to_pay) const {
  Begun begun;
  auto effect = find_effect(tx, key);
  if (!effect) return effect.error();
  if (*effect) {
    auto attempt = find_attempt(tx, PaymentId{**effect});
    if (!attempt) return attempt.error();
    auto order = find_order(tx, attempt->order);
    if (!order) return order.error();
    // Cut short before the provider was asked, or before its answer was kept: asked (again) now.
    begun.create = attempt->state == AttemptState::created;
    begun.request = {attempt->payment, attempt->order, attempt->amount, order->room};
    begun.replayed = true;
    return begun;
  }
  auto order = find_order(tx, id);
  if (!order) return order.error();
  if (order->buyer != buyer) return Error{ErrorKind::not_found, "shop.order"};
  if (order->state != OrderState::pending_payment) return Error{ErrorKind::conflict, "shop.order_state"};
  const BootTime boot = needs_.clock.boot();
  if (is_due(order->pay_by, boot)) return Error{ErrorKind::conflict, "shop.pay_too_late"};
  if (!order->address && needs_shipping(*order)) return Error{ErrorKind::conflict, "shop.address_missing"};
  begun.request = {.payment = fresh, .order = id, .amount = order->total, .room = order->room};
  begun.create = true;
  const WallTime now = needs_.clock.wall();
  auto attempts = attempts_of(tx, id);
  if (!attempts) return attempts.error();
  for (const Attempt& attempt : *attempts) {
    if (!is_open(attempt.state)) continue;
    if (attempt.provider != provider.name()) {
      begun.close_first = attempt;
      return begun;
    }
    begun.request.payment = attempt.payment;
    begun.create = attempt.state == AttemptState::created;
    if (auto put = record_effect(tx, key, attempt.payment.value, now); !put) return put.error();
    return begun;
  }
  const Attempt attempt{.payment = fresh,
                        .order = id,
                        .provider = std::string(provider.name()),
                        .amount = order->total,
                        .created = now};
  if (auto put = insert_attempt(tx, attempt); !put) return put.error();
  if (time_to_pay.count() > 0) {
    if (auto put = set_deadline(tx, id, deadline_in(time_to_pay, now, boot)); !put) return put.error();
  }
  if (provider.is_test()) {
    if (auto put = set_test(tx, id); !put) return put.error();
  }
  if (auto put = record_effect(tx, key, fresh.value, now); !put) return put.error();
  return begun;
}

Task<Result<PaymentDesk::Begun>> PaymentDesk::decide_now(IdempotencyKey key, OrderId order, AccountId buyer,
                                                         PaymentProvider* provider) {
  const auto fresh = needs_.ids.next<PaymentId>();
  const Milliseconds time_to_pay = provider->time_to_pay();
  auto work = [this, key, order, buyer, provider, fresh, time_to_pay](Transaction& tx) {
    return decide(tx, key, order, buyer, *provider, fresh, time_to_pay);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> PaymentDesk::create_at(PaymentProvider* provider, PaymentRequest request) {
  const auto prepaid = co_await provider->create(request);
  if (!prepaid) {
    log_warn("shop.provider_create", {{"provider", provider->name()}, {"reason", prepaid.error().reason}});
    co_return Error{ErrorKind::unavailable, "shop.provider_down"};
  }
  auto work = [request, prepaid = *prepaid](Transaction& tx) -> Result<void> {
    auto attempt = find_attempt(tx, request.payment);
    if (!attempt) return attempt.error();
    if (attempt->state == AttemptState::created) {
      if (auto moved = move_attempt(tx, *attempt, AttemptState::prepaid); !moved) return moved.error();
    }
    return set_prepaid(tx, request.payment, prepaid);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<Made<PaymentId>>> PaymentDesk::begin(IdempotencyKey key, OrderId order, AccountId buyer,
                                                 std::string name) {
  PaymentProvider* provider = find(name);
  if (provider == nullptr) co_return Error{ErrorKind::invalid_input, "shop.provider"};
  auto begun = co_await decide_now(key, order, buyer, provider);
  if (!begun) co_return begun.error();
  if (begun->close_first) {
    co_await ask(*begun->close_first, true);
    begun = co_await decide_now(key, order, buyer, provider);
    if (!begun) co_return begun.error();
    if (begun->close_first) co_return Error{ErrorKind::conflict, "shop.payment_in_progress"};
  }
  if (begun->create) {
    const auto created = co_await create_at(provider, begun->request);
    if (!created) co_return created.error();
  }
  co_return Made<PaymentId>{begun->request.payment, begun->replayed};
}

Task<Result<void>> PaymentDesk::receive(std::string name, std::string raw, std::string signature) {
  const PaymentProvider* provider = find(name);
  if (provider == nullptr) co_return Error{ErrorKind::not_found, "shop.provider"};
  const auto notice = provider->parse_notice(raw, signature);
  if (!notice) {
    log_warn("shop.notice_refused", {{"provider", name}, {"reason", notice.error().reason}});
    co_return notice.error();
  }
  auto work = [name, raw, notice = *notice, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto fresh = store_notice(tx, name, notice, raw, at);
    if (!fresh) return fresh.error();
    return {};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> PaymentDesk::take(PaymentId payment, ProviderAnswer answer, std::string actor) {
  auto work = [this, payment, answer, actor, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto outcome = needs_.settlement.take_word(tx, payment, answer, {"provider", actor, at});
    if (!outcome) return outcome.error();
    if (auto noted = note_answer(tx, payment); !noted) return noted;
    if (*outcome != "waiting" && *outcome != "amount") return {};
    auto attempt = find_attempt(tx, payment);
    if (!attempt) return attempt.error();
    return note_asked(tx, *attempt, at);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> PaymentDesk::confirm_by_hand(OrderId order, std::string actor) {
  auto work = [this, order, actor, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto found = find_order(tx, order);
    if (!found) return found.error();
    auto attempts = attempts_of(tx, order);
    if (!attempts) return attempts.error();
    for (const Attempt& attempt : *attempts) {
      if (attempt.provider != "manual") continue;
      if (attempt.state == AttemptState::succeeded) return {};
      if (!is_open(attempt.state)) continue;
      auto outcome = needs_.settlement.take_word(tx, attempt.payment, {ProviderWord::paid, attempt.amount},
                                                 {"confirmed", actor, at});
      if (!outcome) return outcome.error();
      return {};
    }
    return Error{ErrorKind::conflict, "shop.no_manual_payment"};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<void> PaymentDesk::process_inbox() {
  auto look = [](Transaction& tx) { return waiting_notices(tx, kRoundMax); };
  const auto waiting = co_await needs_.gate.read(std::move(look));
  if (!waiting) co_return;
  for (const WaitingNotice& one : *waiting) {
    auto work = [this, one, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
      auto outcome = needs_.settlement.take_word(tx, one.notice.payment, one.notice.answer,
                                                 {"provider", one.provider, at});
      if (!outcome && outcome.error().kind != ErrorKind::not_found) return outcome.error();
      return close_notice(tx, one.provider, one.notice.event_id, outcome ? *outcome : "stranger");
    };
    const auto done = co_await needs_.gate.write(std::move(work));
    if (!done) {
      log_warn("shop.notice_waits", {{"payment", one.notice.payment.str()}, {"reason", done.error().reason}});
    }
  }
}

Task<void> PaymentDesk::ask(Attempt attempt, bool closing) {
  PaymentProvider* provider = find(attempt.provider);
  Result<ProviderAnswer> answer{Error{ErrorKind::unavailable, "shop.provider_gone"}};
  if (provider != nullptr && closing) answer = co_await provider->close(attempt.payment);
  if (provider != nullptr && !closing) answer = co_await provider->query(attempt.payment);
  if (answer) {
    const auto taken = co_await take(attempt.payment, *answer, attempt.provider);
    if (!taken)
      log_warn("shop.attempt_waits", {{"payment", attempt.payment.str()}, {"reason", taken.error().reason}});
    co_return;
  }
  auto work = [attempt, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto now = find_attempt(tx, attempt.payment);
    if (!now) return now.error();
    if (!is_open(now->state)) return {};
    if (now->state != AttemptState::unknown) {
      if (auto moved = move_attempt(tx, *now, AttemptState::unknown); !moved) return moved.error();
    }
    return note_asked(tx, *now, at);
  };
  const auto noted = co_await needs_.gate.write(std::move(work));
  if (!noted)
    log_warn("shop.attempt_waits", {{"payment", attempt.payment.str()}, {"reason", noted.error().reason}});
}

Task<void> PaymentDesk::ask_about_attempts() {
  struct Question {
    Attempt attempt;
    bool closing = false;
  };
  auto look = [now = needs_.clock.wall()](Transaction& tx) -> Result<std::vector<Question>> {
    auto attempts = attempts_to_poll(tx, now, kRoundMax);
    if (!attempts) return attempts.error();
    std::vector<Question> out;
    for (const Attempt& attempt : *attempts) {
      auto order = find_order(tx, attempt.order);
      if (!order) return order.error();
      // An order let go by hand still has its attempt to close.
      out.push_back({attempt, order->state != OrderState::pending_payment});
    }
    return out;
  };
  const auto questions = co_await needs_.gate.read(std::move(look));
  if (!questions) co_return;
  for (const Question& question : *questions) co_await ask(question.attempt, question.closing);
}

Task<void> PaymentDesk::send_refunds() {
  auto look =
      [now = needs_.clock.wall()](Transaction& tx) -> Result<std::vector<std::pair<Refund, std::string>>> {
    auto refunds = refunds_to_try(tx, now, kRoundMax);
    if (!refunds) return refunds.error();
    std::vector<std::pair<Refund, std::string>> out;
    for (const Refund& refund : *refunds) {
      auto attempt = find_attempt(tx, refund.payment);
      if (!attempt) return attempt.error();
      out.emplace_back(refund, attempt->provider);
    }
    return out;
  };
  const auto waiting = co_await needs_.gate.read(std::move(look));
  if (!waiting) co_return;
  for (const auto& [refund, name] : *waiting) co_await send_refund(refund, name);
}

// Sent once, then asked about; a call without an answer may have taken effect, so it is sent again with the
// same number.
Task<void> PaymentDesk::send_refund(Refund refund, std::string name) {
  PaymentProvider* provider = find(name);
  Result<RefundAnswer> word{Error{ErrorKind::unavailable, "shop.provider_gone"}};
  const RefundRequest request{refund.refund, refund.payment, refund.amount};
  if (provider != nullptr && refund.state == RefundState::sent)
    word = co_await provider->query_refund(request);
  if (provider != nullptr && refund.state != RefundState::sent) word = co_await provider->refund(request);
  auto work = [this, refund, word, name, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    const WallTime next = at + poll_pause(refund.tries);
    if (!word) return plan_refund(tx, refund, refund.state, next);
    switch (word->word) {
      case RefundWord::done:
        return needs_.settlement.refund_done(tx, refund, word->at.value_or(at), {"refunded", name, at});
      case RefundWord::processing:
        // Asked about for the first time in the next round.
        return plan_refund(tx, refund, RefundState::sent, refund.state == RefundState::sent ? next : at);
      case RefundWord::unheard:
        return plan_refund(tx, refund, RefundState::waiting, next);
      case RefundWord::refused:
        break;
    }
    log_error("shop.refund_refused", {{"refund", refund.refund.str()}, {"provider", name}});
    return plan_refund(tx, refund, RefundState::refused, next);
  };
  const auto done = co_await needs_.gate.write(std::move(work));
  if (done && word) co_return;
  log_warn("shop.refund_waits",
           {{"refund", refund.refund.str()}, {"reason", word ? done.error().reason : word.error().reason}});
}

Task<Result<BillCheck>> PaymentDesk::check_bill(std::string name, BillDay day) {
  PaymentProvider* provider = find(name);
  if (provider == nullptr) co_return Error{ErrorKind::not_found, "shop.provider"};
  const auto theirs = co_await provider->download_bill(day);
  if (!theirs) co_return theirs.error();
  auto work = [name, day, theirs = *theirs, at = needs_.clock.wall()](Transaction& tx) -> Result<BillCheck> {
    auto ours = our_bill(tx, name, day);
    if (!ours) return ours.error();
    BillCheck check{name,
                    day.from,
                    at,
                    static_cast<int64_t>(theirs.size()),
                    static_cast<int64_t>(ours->size()),
                    compare_bills(theirs, *ours)};
    if (auto put = store_bill_check(tx, check); !put) return put.error();
    return check;
  };
  auto check = co_await needs_.gate.write(std::move(work));
  if (check && !check->differences.empty()) {
    log_error("shop.bill_differs", {{"provider", name}, {"differences", check->differences.size()}});
  }
  co_return check;
}

Task<void> PaymentDesk::check_bills() {
  const BillDay day = day_of(needs_.clock.wall() + -kBillDelay, 1);
  for (PaymentProvider* provider : providers_) {
    const std::string name(provider->name());
    auto look = [name, day](Transaction& tx) { return bill_was_checked(tx, name, day.from); };
    const auto checked = co_await needs_.gate.read(std::move(look));
    if (!checked || *checked) continue;
    const auto done = co_await check_bill(name, day);
    const bool has_none = !done && done.error().kind == ErrorKind::unsupported;
    if (!done && !has_none)
      log_warn("shop.bill_waits", {{"provider", name}, {"reason", done.error().reason}});
  }
}

Task<Result<std::vector<BillCheck>>> PaymentDesk::bill_checks() {
  auto look = [](Transaction& tx) { return list_bill_checks(tx, kRoundMax); };
  co_return co_await needs_.gate.read(std::move(look));
}

Task<void> PaymentDesk::deliver_sandbox_notices() {
  if (sandbox_ == nullptr) co_return;
  const auto due = co_await sandbox_->due_notices();
  if (!due) co_return;
  for (const SignedNotice& notice : *due) {
    const auto taken = co_await receive("sandbox", notice.raw, notice.signature);
    // A notice that was refused is not sent again: a real provider gives up as well.
    const bool refused =
        !taken && (taken.error().kind == ErrorKind::forbidden || taken.error().kind == ErrorKind::conflict);
    if (!taken && !refused) co_return;
    const auto marked = co_await sandbox_->mark_sent(notice.notice);
    if (!marked) co_return;
  }
}

}  // namespace vitrine
