// Speaks with payment providers for the shop: begins attempts, takes notices in, asks about what stays
// unanswered, sends refunds. What an answer means for an order is Settlement's to say.
//
// Owns    nothing. Thread  any core; one tick at a time.
// Never   waits for a provider inside a transaction, or settles anything on a browser's return.
#pragma once

#include <string>
#include <vector>

#include "shop/checkout/settlement.h"
#include "shop/gate/gate.h"
#include "shop/gate/request_key.h"
#include "shop/payments/sandbox_provider.h"

namespace vitrine {

struct DeskNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  const Settlement& settlement;
};

// Providers' days close late.
inline constexpr Milliseconds kBillDelay{3'600'000};

class PaymentDesk {
 public:
  explicit PaymentDesk(DeskNeeds needs) : needs_(needs) {}

  // Before start. A provider outlives the desk.
  void use(PaymentProvider& provider) { providers_.push_back(&provider); }
  void use_sandbox(SandboxProvider& sandbox);
  const std::vector<PaymentProvider*>& providers() const { return providers_; }
  bool takes_test_money() const { return sandbox_ != nullptr; }
  SandboxProvider* sandbox() const { return sandbox_; }

  // Begins an attempt for the buyer's order; an open one with the same provider is taken up again, one
  // with another is closed first. Errors: `not_found` "shop.order", `invalid_input` "shop.provider",
  // `conflict` "shop.order_state" | "shop.pay_too_late" | "shop.address_missing" |
  // "shop.payment_in_progress", `unavailable` "shop.provider_down".
  Task<Result<Made<PaymentId>>> begin(IdempotencyKey key, OrderId order, AccountId buyer,
                                      std::string provider);

  // Answers when the notice is durable; what follows happens in process_inbox(). A repeat is taken
  // quietly. Errors: `not_found` "shop.provider", and parse_notice's.
  Task<Result<void>> receive(std::string provider, std::string raw, std::string signature);

  // Staff's word that money paid by hand has arrived. Errors: `conflict` "shop.no_manual_payment".
  Task<Result<void>> confirm_by_hand(OrderId order, std::string actor);

  // What comes round every second.
  Task<void> process_inbox();
  Task<void> ask_about_attempts();
  Task<void> send_refunds();
  // Compares yesterday's bill of each provider with our books, once a day kBillDelay after midnight UTC.
  Task<void> check_bills();
  // The same for any day that is over. Errors: `not_found` "shop.provider", download_bill's.
  Task<Result<BillCheck>> check_bill(std::string provider, BillDay day);
  Task<Result<std::vector<BillCheck>>> bill_checks();
  Task<void> deliver_sandbox_notices();

 private:
  // What begin() decided to do.
  struct Begun {
    PaymentRequest request;
    bool replayed = false;
    bool create = false;                 // ask the provider to make it
    std::optional<Attempt> close_first;  // another provider's attempt is in the way
  };
  PaymentProvider* find(std::string_view name) const;
  Result<Begun> decide(Transaction& tx, const IdempotencyKey& key, OrderId order, AccountId buyer,
                       const PaymentProvider& provider, PaymentId fresh, Milliseconds time_to_pay) const;
  Task<Result<Begun>> decide_now(IdempotencyKey key, OrderId order, AccountId buyer,
                                 PaymentProvider* provider);
  Task<Result<void>> create_at(PaymentProvider* provider, PaymentRequest request);
  Task<void> ask(Attempt attempt, bool closing);
  Task<void> send_refund(Refund refund, std::string provider);
  Task<Result<void>> take(PaymentId payment, ProviderAnswer answer, std::string actor);

  DeskNeeds needs_;
  std::vector<PaymentProvider*> providers_;
  SandboxProvider* sandbox_ = nullptr;
};

}  // namespace vitrine
