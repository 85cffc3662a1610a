// What must happen without anybody asking: deadlines, questions to providers, refunds, alarms, and the
// comparison of what is stored with what must be.
//
// Owns    the count of silent orders. Thread  one core; tick() is not called again before it ended.
// Never   frees units on its own guess: providers' words and deadlines decide.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "runtime/core.h"
#include "shop/catalog/price_service.h"
#include "shop/checkout/payment_desk.h"
#include "shop/checkout/settlement.h"
#include "shop/coupons/coupon_service.h"
#include "shop/flash_sale/sale_service.h"
#include "shop/gate/gate.h"

namespace vitrine {

struct CaretakerNeeds {
  Gate& gate;
  const Clock& clock;
  const Settlement& settlement;
  PaymentDesk& desk;
  SaleService& sales;
  CouponService& coupons;
  PriceService& prices;
};

class Caretaker {
 public:
  explicit Caretaker(CaretakerNeeds needs) : needs_(needs) {}

  // Everything that is due by now; called about once a second. While the shop is fenced it only
  // compares, and opens it again when all is whole.
  Task<void> tick();
  // Compares everything; fences the shop when something is broken and opens it when all is whole again.
  // Answers what is broken, for doctor. Errors: the database's.
  Task<Result<std::vector<std::string>>> reconcile();

  // "shop: a provider is silent about 2 orders"; empty when none is. Any thread.
  std::optional<std::string> alarm() const;

 private:
  Task<void> keep_time();
  Task<void> end_due_orders();
  Task<void> open_after_restore();
  Task<void> raise_alarms();
  Task<void> reconcile_in_time();
  Task<void> check_bills_in_time();

  CaretakerNeeds needs_;
  std::optional<MonotonicTime> reconciled_;
  std::optional<MonotonicTime> bills_asked_;
  std::atomic<int64_t> silent_{0};
  std::atomic<int64_t> refused_{0};
  // Attempts of the backup this shop was restored from that no provider has spoken about yet; below zero
  // until looked at.
  std::atomic<int64_t> unanswered_{-1};
};

}  // namespace vitrine
