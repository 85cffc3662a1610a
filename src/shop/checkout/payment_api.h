// HTTP of payments: providers, attempts, providers' notices, and the sandbox's cashier.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "shop/checkout/checkout_dto.h"
#include "shop/checkout/payment_desk.h"

namespace vitrine {

struct SandboxChoice {
  SandboxOutcome outcome = SandboxOutcome::succeed;
  static constexpr std::string_view schema_name = "SandboxChoice";
  static constexpr auto fields() { return std::tuple{field("outcome", &SandboxChoice::outcome)}; }
};
struct SandboxStateView {
  std::string state{};
  static constexpr std::string_view schema_name = "SandboxState";
  static constexpr auto fields() { return std::tuple{field("state", &SandboxStateView::state)}; }
};

class PaymentApi {
 public:
  PaymentApi(Gate& gate, PaymentDesk& desk) : gate_(gate), desk_(desk) {}
  // The sandbox's routes exist only while the desk has a sandbox.
  void add_routes(Router& router);

 private:
  void add_sandbox_routes(Router& router);
  Task<Reply<ProviderList>> providers(Call call);
  Task<Reply<PaymentView>> begin(Call call, PaymentDraft draft);
  Task<Reply<BillCheckList>> bills(Call call);
  Task<Reply<BillCheckView>> check_bill(Call call, BillDraft draft);
  Task<Reply<NoContent>> take_notice(Call call, RawBody body);
  Task<Reply<HttpResponse>> cashier(Call call);
  Task<Reply<HttpResponse>> choose_at_cashier(Call call, RawBody body);
  Task<Reply<SandboxStateView>> choose(Call call, SandboxChoice choice);
  Task<Result<SandboxPayment>> choose_and_settle(PaymentId payment, SandboxOutcome outcome);

  Gate& gate_;
  PaymentDesk& desk_;
};

}  // namespace vitrine
