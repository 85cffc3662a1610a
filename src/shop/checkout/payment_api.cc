#include "shop/checkout/payment_api.h"

#include "shop/checkout/cashier_page.h"

namespace vitrine {
namespace {

constexpr Error kNoPayment{ErrorKind::not_found, "shop.payment"};

std::string_view name_of(SandboxState state) {
  switch (state) {
    case SandboxState::open:
      return "open";
    case SandboxState::processing:
      return "processing";
    case SandboxState::paid:
      return "paid";
    case SandboxState::failed:
      return "failed";
    case SandboxState::closed:
      return "closed";
    case SandboxState::late:
      return "late";
  }
  return "open";
}

BillCheckView view_of(const BillCheck& check) {
  BillCheckView view{check.provider, check.day.ms, check.checked.ms, check.bill_lines, check.our_lines, {}};
  for (const BillDifference& one : check.differences) {
    view.differences.push_back({std::string(enum_names(one.kind)[static_cast<size_t>(one.kind)]), one.payment,
                                one.refund ? std::optional(one.refund) : std::nullopt, one.theirs, one.ours});
  }
  return view;
}

std::optional<SandboxOutcome> outcome_named(std::string_view name) {
  const auto names = enum_names(SandboxOutcome{});
  for (size_t at = 0; at < names.size(); ++at) {
    if (names[at] == name) return static_cast<SandboxOutcome>(at);
  }
  return std::nullopt;
}

}  // namespace

void PaymentApi::add_routes(Router& router) {
  router.add<NoBody, ProviderList>({.method = HttpMethod::get,
                                    .path = "/v1/payment-providers",
                                    .operation = "listPaymentProviders",
                                    .tag = "shop",
                                    .summary = "How an order can be paid"},
                                   [this](Call call) { return providers(std::move(call)); });
  router.add<PaymentDraft, PaymentView>(
      {.method = HttpMethod::post,
       .path = "/v1/orders/{order}/payments",
       .operation = "beginPayment",
       .tag = "shop",
       .summary = "Begin to pay an order",
       .access = Access::buyer,
       .idempotent = true,
       .status = 201},
      [this](Call call, PaymentDraft draft) { return begin(std::move(call), std::move(draft)); });
  router.add<RawBody, NoContent>(
      {.method = HttpMethod::post,
       .path = "/v1/payment-notices/{provider}",
       .operation = "takePaymentNotice",
       .tag = "shop",
       .summary = "A provider's signed notice (X-Notice-Signature); answered once it is durable"},
      [this](Call call, RawBody body) { return take_notice(std::move(call), std::move(body)); });
  router.add<NoBody, BillCheckList>({.method = HttpMethod::get,
                                     .path = "/v1/shop/bills",
                                     .operation = "listBillChecks",
                                     .tag = "shop",
                                     .summary = "Providers' daily bills against our books, newest day first",
                                     .access = Access::staff,
                                     .right = Right::order_read},
                                    [this](Call call) { return bills(std::move(call)); });
  router.add<BillDraft, BillCheckView>(
      {.method = HttpMethod::post,
       .path = "/v1/shop/bills",
       .operation = "checkBill",
       .tag = "shop",
       .summary = "Compare a provider's bill of a day with our books now",
       .access = Access::staff,
       .right = Right::order_write},
      [this](Call call, BillDraft draft) { return check_bill(std::move(call), std::move(draft)); });
  if (desk_.sandbox() != nullptr) add_sandbox_routes(router);
}

void PaymentApi::add_sandbox_routes(Router& router) {
  router.add<NoBody, HttpResponse>({.method = HttpMethod::get,
                                    .path = "/sandbox/cashier/{payment}",
                                    .operation = "sandboxCashier",
                                    .tag = "sandbox",
                                    .summary = "The sandbox's cashier page",
                                    .content_type = "text/html"},
                                   [this](Call call) { return cashier(std::move(call)); });
  router.add<RawBody, HttpResponse>(
      {.method = HttpMethod::post,
       .path = "/sandbox/cashier/{payment}",
       .operation = "sandboxCashierChoice",
       .tag = "sandbox",
       .summary = "What the buyer chose on the cashier page",
       .body_max = 1024,
       .content_type = "application/x-www-form-urlencoded"},
      [this](Call call, RawBody body) { return choose_at_cashier(std::move(call), std::move(body)); });
  router.add<SandboxChoice, SandboxStateView>(
      {.method = HttpMethod::post,
       .path = "/v1/sandbox/payments/{payment}",
       .operation = "sandboxChoose",
       .tag = "sandbox",
       .summary = "Choose how a sandbox payment ends"},
      [this](Call call, SandboxChoice choice) { return choose(std::move(call), choice); });
}

Task<Reply<ProviderList>> PaymentApi::providers(Call) {
  ProviderList list;
  for (const PaymentProvider* provider : desk_.providers()) {
    list.items.push_back({std::string(provider->name()), std::string(provider->title())});
  }
  co_return list;
}

Task<Reply<PaymentView>> PaymentApi::begin(Call call, PaymentDraft draft) {
  const auto order = OrderId::parse(call.param("order"));
  if (!order) co_return Error{ErrorKind::not_found, "shop.order"};
  const auto made =
      co_await desk_.begin(viewer_key(call, "beginPayment"), *order, call.caller.account, draft.provider);
  if (!made) co_return made.error();
  auto look = [payment = made->id](Transaction& tx) { return find_attempt(tx, payment); };
  const auto attempt = co_await gate_.read(std::move(look));
  if (!attempt) co_return attempt.error();
  Reply<PaymentView> reply(
      PaymentView{attempt->payment, attempt->provider,
                  std::string(enum_names(attempt->state)[static_cast<size_t>(attempt->state)]),
                  attempt->cashier_url, attempt->instructions});
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<BillCheckList>> PaymentApi::bills(Call) {
  const auto checks = co_await desk_.bill_checks();
  if (!checks) co_return checks.error();
  BillCheckList list;
  for (const BillCheck& check : *checks) list.items.push_back(view_of(check));
  co_return list;
}

Task<Reply<BillCheckView>> PaymentApi::check_bill(Call, BillDraft draft) {
  const auto check = co_await desk_.check_bill(draft.provider, day_of({draft.day_ms}));
  if (!check) co_return check.error();
  co_return view_of(*check);
}

Task<Reply<NoContent>> PaymentApi::take_notice(Call call, RawBody body) {
  const std::string signature(call.request->headers.get("X-Notice-Signature"));
  const auto taken = co_await desk_.receive(call.param("provider"), std::move(body.bytes), signature);
  if (!taken) co_return taken.error();
  co_return NoContent{};
}

Task<Result<SandboxPayment>> PaymentApi::choose_and_settle(PaymentId payment, SandboxOutcome outcome) {
  auto chosen = co_await desk_.sandbox()->choose(payment, outcome);
  if (!chosen) co_return chosen;
  co_await desk_.deliver_sandbox_notices();
  co_await desk_.process_inbox();
  co_return chosen;
}

Task<Reply<HttpResponse>> PaymentApi::cashier(Call call) {
  const auto id = PaymentId::parse(call.param("payment"));
  if (!id) co_return kNoPayment;
  const auto payment = co_await desk_.sandbox()->payment(*id);
  if (!payment) co_return payment.error();
  co_return render_cashier(*payment, call.request->headers.get("Accept-Language"));
}

Task<Reply<HttpResponse>> PaymentApi::choose_at_cashier(Call call, RawBody body) {
  const auto id = PaymentId::parse(call.param("payment"));
  if (!id) co_return kNoPayment;
  constexpr std::string_view field = "outcome=";
  const auto outcome = body.bytes.starts_with(field)
                           ? outcome_named(std::string_view(body.bytes).substr(field.size()))
                           : std::nullopt;
  if (!outcome) co_return Error{ErrorKind::invalid_input, "shop.sandbox_outcome"};
  const auto chosen = co_await choose_and_settle(*id, *outcome);
  // A second tap finds it decided: the page it comes back to says how.
  if (!chosen && chosen.error().kind != ErrorKind::conflict) co_return chosen.error();
  HttpResponse answer;
  answer.status = 303;
  answer.headers.set("Location", "/sandbox/cashier/" + id->str());
  co_return answer;
}

Task<Reply<SandboxStateView>> PaymentApi::choose(Call call, SandboxChoice choice) {
  const auto id = PaymentId::parse(call.param("payment"));
  if (!id) co_return kNoPayment;
  const auto chosen = co_await choose_and_settle(*id, choice.outcome);
  if (!chosen) co_return chosen.error();
  co_return SandboxStateView{std::string(name_of(chosen->state))};
}

}  // namespace vitrine
