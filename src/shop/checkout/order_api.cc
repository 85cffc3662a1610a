#include "shop/checkout/order_api.h"

#include <charconv>

#include "shop/checkout/order_query.h"
#include "shop/gate/page.h"
#include "shop/gate/room_name.h"

namespace vitrine {
namespace {

constexpr Error kNoOrder{ErrorKind::not_found, "shop.order"};

Problem to_problem(const Refusal& refusal) {
  Problem problem(refusal.error);
  if (refusal.sku) problem.extra["sku"] = refusal.sku->str();
  if (refusal.free) problem.extra["free"] = *refusal.free;
  if (refusal.total) problem.extra["total"] = to_json(*refusal.total);
  return problem;
}

// The paging and filters both lists share.
Result<OrderQuery> read_query(const HttpRequest& request) {
  auto query = read_order_filters(request);
  if (!query) return query;
  const auto limit = page_limit(request);
  if (!limit) return limit.error();
  const auto cursor = page_cursor<OrderId>(request);
  if (!cursor) return cursor.error();
  query->limit = *limit;
  query->before = *cursor;
  return query;
}

std::vector<QueryParameter> list_parameters() {
  auto out = order_filter_parameters();
  out.push_back({"limit", "1 to 100"});
  out.push_back({"cursor", "`next` of the page before"});
  return out;
}

// A package's number in its order; 0, which no package has, for anything else.
int64_t package_of(const Call& call) {
  const std::string& text = call.param("package");
  int64_t package = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), package);
  return failed == std::errc{} && end == text.data() + text.size() ? package : 0;
}

}  // namespace

void OrderApi::add_routes(Router& router) {
  add_buyer_routes(router);
  add_staff_routes(router);
}

void OrderApi::add_buyer_routes(Router& router) {
  router.add<OrderDraft, OrderView>(
      {.method = HttpMethod::post,
       .path = "/v1/orders",
       .operation = "placeOrder",
       .tag = "shop",
       .summary = "Place an order: its units are held until pay_by_ms",
       .access = Access::buyer,
       .idempotent = true,
       .status = 201},
      [this](Call call, OrderDraft draft) { return place(std::move(call), std::move(draft)); });
  router.add<QuoteDraft, QuoteView>(
      {.method = HttpMethod::post,
       .path = "/v1/orders/quote",
       .operation = "quoteOrder",
       .tag = "shop",
       .summary = "What lines cost with the buyer's coupons; changes nothing",
       .access = Access::buyer},
      [this](Call call, QuoteDraft draft) { return quote(std::move(call), std::move(draft)); });
  router.add<NoBody, OrderPage>({.method = HttpMethod::get,
                                 .path = "/v1/orders",
                                 .operation = "listOwnOrders",
                                 .tag = "shop",
                                 .summary = "The buyer's orders, newest first",
                                 .access = Access::buyer,
                                 .query = {{"state", "an order state"},
                                           {"limit", "1 to 100"},
                                           {"cursor", "`next` of the page before"}}},
                                [this](Call call) { return list_own(std::move(call)); });
  router.add<NoBody, OrderView>({.method = HttpMethod::get,
                                 .path = "/v1/orders/{order}",
                                 .operation = "getOwnOrder",
                                 .tag = "shop",
                                 .summary = "One of the buyer's orders",
                                 .access = Access::buyer},
                                [this](Call call) { return get_own(std::move(call)); });
  router.add<NoBody, OrderView>({.method = HttpMethod::post,
                                 .path = "/v1/orders/{order}/cancel",
                                 .operation = "cancelOwnOrder",
                                 .tag = "shop",
                                 .summary = "Cancel an unpaid order",
                                 .access = Access::buyer},
                                [this](Call call) { return cancel_own(std::move(call)); });
  router.add<AddressChoice, OrderView>(
      {.method = HttpMethod::put,
       .path = "/v1/orders/{order}/address",
       .operation = "setOrderAddress",
       .tag = "shop",
       .summary = "Choose where the order goes, until the first payment begins",
       .access = Access::buyer},
      [this](Call call, AddressChoice choice) { return change_address(std::move(call), choice); });
  router.add<NoBody, OrderView>({.method = HttpMethod::post,
                                 .path = "/v1/orders/{order}/complete",
                                 .operation = "completeOwnOrder",
                                 .tag = "shop",
                                 .summary = "Say that the goods have arrived",
                                 .access = Access::buyer},
                                [this](Call call) { return complete_own(std::move(call)); });
}

void OrderApi::add_staff_routes(Router& router) {
  const auto read = Right::order_read;
  const auto write = Right::order_write;
  router.add<NoBody, OrderPage>({.method = HttpMethod::get,
                                 .path = "/v1/shop/orders",
                                 .operation = "listOrders",
                                 .tag = "shop",
                                 .summary = "The shop's orders, newest first; personal data masked",
                                 .access = Access::staff,
                                 .right = read,
                                 .query = list_parameters()},
                                [this](Call call) { return list(std::move(call)); });
  router.add<NoBody, OrderView>(
      {.method = HttpMethod::get,
       .path = "/v1/shop/orders/{order}",
       .operation = "getOrder",
       .tag = "shop",
       .summary = "One order; whole address with the right personal.read, which is audited",
       .access = Access::staff,
       .right = read},
      [this](Call call) { return get(std::move(call)); });
  router.add<ShipDraft, OrderView>(
      {.method = HttpMethod::post,
       .path = "/v1/shop/orders/{order}/ship",
       .operation = "shipOrder",
       .tag = "shop",
       .summary = "Send a package of a paid order; the same package again changes nothing",
       .access = Access::staff,
       .right = write},
      [this](Call call, ShipDraft draft) { return ship(std::move(call), std::move(draft)); });
  router.add<PackageChange, OrderView>(
      {.method = HttpMethod::put,
       .path = "/v1/shop/orders/{order}/packages/{package}",
       .operation = "changePackage",
       .tag = "shop",
       .summary = "Correct a package's carrier and tracking number",
       .access = Access::staff,
       .right = write},
      [this](Call call, PackageChange change) { return change_package(std::move(call), std::move(change)); });
  router.add<TrackDraft, OrderView>(
      {.method = HttpMethod::post,
       .path = "/v1/shop/orders/{order}/packages/{package}/track",
       .operation = "trackPackage",
       .tag = "shop",
       .summary = "Say where a package is: the buyer reads it",
       .access = Access::staff,
       .right = write,
       .idempotent = true,
       .status = 201},
      [this](Call call, TrackDraft draft) { return track(std::move(call), std::move(draft)); });
  router.add<NoteDraft, OrderView>(
      {.method = HttpMethod::put,
       .path = "/v1/shop/orders/{order}/note",
       .operation = "noteOrder",
       .tag = "shop",
       .summary = "Write the note staff see",
       .access = Access::staff,
       .right = write},
      [this](Call call, NoteDraft draft) { return note(std::move(call), std::move(draft)); });
  router.add<NoBody, OrderView>({.method = HttpMethod::post,
                                 .path = "/v1/shop/orders/{order}/confirm-payment",
                                 .operation = "confirmPayment",
                                 .tag = "shop",
                                 .summary = "Say that money paid by hand has arrived",
                                 .access = Access::staff,
                                 .right = write},
                                [this](Call call) { return confirm_payment(std::move(call)); });
  router.add<NoBody, OrderView>({.method = HttpMethod::post,
                                 .path = "/v1/shop/orders/{order}/cancel",
                                 .operation = "cancelOrder",
                                 .tag = "shop",
                                 .summary = "Cancel an order: unpaid it closes, paid it is given back",
                                 .access = Access::staff,
                                 .right = write},
                                [this](Call call) { return cancel(std::move(call)); });
  router.add<NoBody, OrderView>({.method = HttpMethod::post,
                                 .path = "/v1/shop/orders/{order}/complete",
                                 .operation = "completeOrder",
                                 .tag = "shop",
                                 .summary = "Close a shipped order as done",
                                 .access = Access::staff,
                                 .right = write},
                                [this](Call call) { return complete(std::move(call)); });
}

Task<Reply<OrderView>> OrderApi::own_after(Result<void> done, OrderId order, AccountId buyer) {
  if (!done) co_return done.error();
  auto view = co_await service_.order(order, buyer);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

// What staff did needs no look at personal data: the answer is masked.
Task<Reply<OrderView>> OrderApi::staff_after(Result<void> done, OrderId order, StaffAct act) {
  if (!done) co_return done.error();
  auto view = co_await service_.staff_order(order, OrderEyes::staff, act);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<OrderView>> OrderApi::place(Call call, OrderDraft draft) {
  if (draft.room && !is_room_name(*draft.room)) co_return Error{ErrorKind::invalid_input, "shop.room"};
  if (draft.room && rooms_ != nullptr && rooms_->rehearses(*draft.room))
    co_return Error{ErrorKind::conflict, "shop.practice"};
  PlaceRequest request{.key = viewer_key(call, "placeOrder"),
                       .buyer = call.caller.account,
                       .buyer_name = call.caller.name,
                       .room = draft.room,
                       .total = draft.total,
                       .address = draft.address,
                       .coupons = draft.coupons.value_or(std::vector<ClaimId>{}),
                       .from_cart = draft.from_cart.value_or(false),
                       .test = desk_.takes_test_money()};
  for (const OrderLineDraft& line : draft.lines) {
    request.lines.push_back({line.sku, line.quantity, line.price_version});
  }
  const auto placed = co_await service_.place(std::move(request));
  if (!placed) co_return placed.error();
  if (placed->refusal) co_return to_problem(*placed->refusal);
  auto view = co_await service_.order(placed->order, call.caller.account);
  if (!view) co_return view.error();
  Reply<OrderView> reply(std::move(*view));
  reply.replayed = placed->replayed;
  co_return reply;
}

Task<Reply<QuoteView>> OrderApi::quote(Call call, QuoteDraft draft) {
  std::vector<WantedLine> lines;
  for (const OrderLineDraft& line : draft.lines)
    lines.push_back({line.sku, line.quantity, line.price_version});
  auto view = co_await service_.quote(call.caller.account, std::move(lines), draft.coupons);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<OrderPage>> OrderApi::list_own(Call call) {
  auto query = read_query(*call.request);
  if (!query) co_return query.error();
  query->buyer = call.caller.account;  // whatever the query says
  auto page = co_await service_.orders(std::move(*query), OrderEyes::buyer);
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<OrderView>> OrderApi::get_own(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  co_return co_await own_after({}, *id, call.caller.account);
}

Task<Reply<OrderView>> OrderApi::cancel_own(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.cancel(*id, call.caller.account);
  co_return co_await own_after(done, *id, call.caller.account);
}

Task<Reply<OrderView>> OrderApi::change_address(Call call, AddressChoice choice) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.change_address(*id, call.caller.account, choice.address);
  co_return co_await own_after(done, *id, call.caller.account);
}

Task<Reply<OrderView>> OrderApi::complete_own(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.complete(*id, call.caller.account, call.caller.account.str());
  co_return co_await own_after(done, *id, call.caller.account);
}

Task<Reply<OrderPage>> OrderApi::list(Call call) {
  auto query = read_query(*call.request);
  if (!query) co_return query.error();
  auto page = co_await service_.orders(std::move(*query), OrderEyes::staff);
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<OrderView>> OrderApi::get(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const bool whole = call.caller.staff && call.caller.staff->may(Right::personal_read);
  auto view =
      co_await service_.staff_order(*id, whole ? OrderEyes::staff_personal : OrderEyes::staff, act_of(call));
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<OrderView>> OrderApi::ship(Call call, ShipDraft draft) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.ship(*id, std::move(draft), act_of(call));
  co_return co_await staff_after(done, *id, act_of(call));
}

Task<Reply<OrderView>> OrderApi::change_package(Call call, PackageChange change) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.change_package(*id, package_of(call), std::move(change), act_of(call));
  co_return co_await staff_after(done, *id, act_of(call));
}

Task<Reply<OrderView>> OrderApi::track(Call call, TrackDraft draft) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto replayed = co_await service_.track(staff_key(call, "trackPackage"), *id, package_of(call),
                                                std::move(draft), act_of(call));
  if (!replayed) co_return replayed.error();
  auto reply = co_await staff_after({}, *id, act_of(call));
  reply.replayed = *replayed;
  co_return reply;
}

Task<Reply<OrderView>> OrderApi::note(Call call, NoteDraft draft) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.note(*id, std::move(draft.note), act_of(call));
  co_return co_await staff_after(done, *id, act_of(call));
}

Task<Reply<OrderView>> OrderApi::confirm_payment(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await desk_.confirm_by_hand(*id, staff_name(call));
  if (done) co_await service_.audit(act_of(call), "order.confirm_payment", *id);
  co_return co_await staff_after(done, *id, act_of(call));
}

Task<Reply<OrderView>> OrderApi::cancel(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.staff_cancel(*id, act_of(call));
  co_return co_await staff_after(done, *id, act_of(call));
}

Task<Reply<OrderView>> OrderApi::complete(Call call) {
  const auto id = OrderId::parse(call.param("order"));
  if (!id) co_return kNoOrder;
  const auto done = co_await service_.complete(*id, std::nullopt, staff_name(call));
  if (done) co_await service_.audit(act_of(call), "order.complete", *id);
  co_return co_await staff_after(done, *id, act_of(call));
}

}  // namespace vitrine
