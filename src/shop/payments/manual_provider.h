// Paying by hand: cash on delivery or bank transfer. Staff are the provider; their word is given with
// confirm-payment, and an order they let go is closed at once.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "runtime/core.h"
#include "shop/payments/payments_config.h"
#include "shop/payments/provider.h"

namespace vitrine {

class ManualProvider final : public PaymentProvider {
 public:
  std::string_view name() const override { return "manual"; }
  std::string_view title() const override { return "Cash on delivery or bank transfer"; }
  Milliseconds time_to_pay() const override {
    return std::chrono::hours(Core::current()->config().get(kManualHours));
  }
  bool is_test() const override { return false; }

  Task<Result<Prepaid>> create(PaymentRequest) override {
    co_return Prepaid{.cashier_url = std::nullopt,
                      .instructions = Core::current()->config().get(kManualInstructions)};
  }
  Task<Result<ProviderAnswer>> query(PaymentId) override {
    co_return ProviderAnswer{.word = ProviderWord::waiting, .amount = {}};
  }
  Task<Result<ProviderAnswer>> close(PaymentId) override {
    co_return ProviderAnswer{.word = ProviderWord::closed, .amount = {}};
  }
  // Whoever cancels a paid order pays it back by hand; the order says so.
  Task<Result<RefundAnswer>> refund(RefundRequest) override {
    co_return RefundAnswer{RefundWord::done, std::nullopt};
  }
  Task<Result<RefundAnswer>> query_refund(RefundRequest) override {
    co_return RefundAnswer{RefundWord::done, std::nullopt};
  }
  Task<Result<std::vector<BillLine>>> download_bill(BillDay) override {
    co_return Error{ErrorKind::unsupported, "shop.no_bill"};
  }
  Result<Notice> parse_notice(std::string_view, std::string_view) const override {
    return Error{ErrorKind::unsupported, "shop.notice"};
  }
};

}  // namespace vitrine
