#include "shop/checkout/caretaker.h"

#include "base/log.h"
#include "shop/checkout/checkout_config.h"
#include "shop/checkout/checkout_service.h"
#include "shop/checkout/invariants.h"
#include "shop/gate/restored.h"

namespace vitrine {
namespace {

constexpr size_t kDueMax = 200;     // orders ended in one round
constexpr size_t kSilentMax = 100;  // orders looked at for the alarm
constexpr Milliseconds kBillPause{60'000};

}  // namespace

Task<void> Caretaker::tick() {
  co_await reconcile_in_time();
  if (needs_.gate.fenced()) co_return;
  co_await keep_time();
  co_await needs_.prices.keep_time();
  co_await needs_.desk.deliver_sandbox_notices();
  co_await needs_.desk.process_inbox();
  co_await end_due_orders();
  // After the orders: units that came back are called out in the same round.
  co_await needs_.sales.tick();
  co_await needs_.desk.ask_about_attempts();
  if (unanswered_ != 0) co_await open_after_restore();
  co_await needs_.desk.send_refunds();
  co_await needs_.coupons.expire();
  co_await check_bills_in_time();
  co_await raise_alarms();
}

Task<void> Caretaker::keep_time() {
  const BootTime boot = needs_.clock.boot();
  auto look = [](Transaction& tx) { return read_mark(tx); };
  const auto mark = co_await needs_.gate.read(std::move(look));
  if (!mark) co_return;
  const bool same_boot = *mark && (*mark)->boot_id == boot.boot_id;
  if (same_boot && boot.ms - (*mark)->boot_ms < kMarkPause.count()) co_return;
  auto work = [boot, wall = needs_.clock.wall()](Transaction& tx) { return write_mark(tx, wall, boot); };
  const auto written = co_await needs_.gate.write(std::move(work));
  if (!written) log_warn("shop.mark_not_written", {{"reason", written.error().reason}});
}

Task<void> Caretaker::end_due_orders() {
  const BootTime boot = needs_.clock.boot();
  auto look = [boot](Transaction& tx) { return due_orders(tx, boot, kDueMax); };
  const auto due = co_await needs_.gate.read(std::move(look));
  if (!due) co_return;
  for (const OrderId id : *due) {
    auto work = [this, id, boot, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
      auto order = find_order(tx, id);
      if (!order) return order.error();
      // It may have been paid, or given more time, since it was looked up.
      if (order->state != OrderState::pending_payment || !is_due(order->pay_by, boot)) return {};
      return needs_.settlement.end_unpaid(tx, *order, {"time_out", "system", at});
    };
    const auto ended = co_await needs_.gate.write(std::move(work));
    if (!ended) log_warn("shop.order_not_ended", {{"order", id.str()}, {"reason", ended.error().reason}});
  }
}

Task<void> Caretaker::raise_alarms() {
  const WallTime since = needs_.clock.wall() + -kSilenceMax;
  auto look = [since](Transaction& tx) { return silent_orders(tx, since, kSilentMax); };
  const auto silent = co_await needs_.gate.read(std::move(look));
  if (!silent) co_return;
  auto look_at_refunds = [](Transaction& tx) { return refused_refunds(tx); };
  const auto refused = co_await needs_.gate.read(std::move(look_at_refunds));
  if (refused) refused_.store(*refused);
  const auto count = static_cast<int64_t>(silent->size());
  if (count > silent_.exchange(count)) {
    log_error("shop.provider_silent", {{"orders", count}, {"first", silent->front().str()}});
  }
}

std::optional<std::string> Caretaker::alarm() const {
  const int64_t count = silent_.load();
  const int64_t refused = refused_.load();
  if (const int64_t unanswered = unanswered_.load(); unanswered > 0)
    return "restored from a backup and closed for sale until providers have answered about " +
           std::to_string(unanswered) + " payment(s)";
  if (count == 0 && refused > 0)
    return "a payment provider refused " + std::to_string(refused) + " refund(s): send them by hand";
  if (count == 0) return std::nullopt;
  return "a payment provider has been silent for over 10 minutes about " + std::to_string(count) +
         " order(s)";
}

// A shop that was restored sells again when every attempt of the backup has an answer, or was let go by
// staff.
Task<void> Caretaker::open_after_restore() {
  auto work = [](Transaction& tx) -> Result<int64_t> {
    auto waiting = attempts_without_answer(tx);
    if (!waiting) return waiting.error();
    int64_t count = 0;
    for (const PaymentId payment : *waiting) {
      auto attempt = find_attempt(tx, payment);
      if (!attempt) return attempt.error();
      if (is_open(attempt->state)) ++count;
    }
    if (count > 0) return count;
    if (auto opened = open_for_sale(tx); !opened) return opened.error();
    return 0;
  };
  const auto count = co_await needs_.gate.write(std::move(work));
  if (!count) co_return;
  if (unanswered_.exchange(*count) > 0 && *count == 0) log_info("shop.open_after_restore");
}

Task<void> Caretaker::check_bills_in_time() {
  const MonotonicTime now = needs_.clock.monotonic();
  if (bills_asked_ && now - *bills_asked_ < kBillPause) co_return;
  bills_asked_ = now;
  co_await needs_.desk.check_bills();
}

Task<void> Caretaker::reconcile_in_time() {
  const MonotonicTime now = needs_.clock.monotonic();
  const std::chrono::seconds pause(Core::current()->config().get(kReconcileSeconds));
  if (reconciled_ && now - *reconciled_ < pause) co_return;
  reconciled_ = now;
  const auto looked = co_await reconcile();
  if (!looked) log_warn("shop.not_reconciled", {{"reason", looked.error().reason}});
}

Task<Result<std::vector<std::string>>> Caretaker::reconcile() {
  auto look = [](Transaction& tx) { return find_breaches(tx); };
  auto breaches = co_await needs_.gate.read(std::move(look));
  if (!breaches) co_return breaches.error();
  if (!breaches->empty()) co_await needs_.gate.raise(breaches->front());
  if (breaches->empty() && needs_.gate.fenced()) {
    const auto lifted = co_await needs_.gate.lift();
    if (!lifted) co_return lifted.error();
  }
  co_return breaches;
}

}  // namespace vitrine
