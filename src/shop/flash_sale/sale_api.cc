#include "shop/flash_sale/sale_api.h"

#include "shop/gate/page.h"
#include "shop/gate/room_name.h"

namespace vitrine {
namespace {

constexpr Error kPractice{ErrorKind::conflict, "shop.practice"};
constexpr Error kNoSale{ErrorKind::not_found, "shop.flash_sale"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};

std::optional<FlashSaleId> sale_of(const Call& call) {
  return FlashSaleId::parse(call.param("sale"));
}

// ".../flash-sales/{sale}/start" is "flash_sale.start" in the audit log.
std::string act_name(std::string_view path) {
  return "flash_sale." + std::string(path.substr(path.rfind('/') + 1));
}

Problem to_problem(const GrabRefusal& refusal) {
  Problem problem(refusal.error);
  if (refusal.total) problem.extra["total"] = to_json(*refusal.total);
  if (refusal.place) problem.extra["place"] = *refusal.place;
  return problem;
}

Problem to_problem(const SaleRefusal& refusal) {
  Problem problem(refusal.error);
  if (refusal.sku) problem.extra["sku"] = refusal.sku->str();
  if (refusal.free) problem.extra["free"] = *refusal.free;
  return problem;
}

Result<SaleQuery> read_query(const Call& call) {
  SaleQuery query;
  const auto limit = page_limit(*call.request);
  if (!limit) return limit.error();
  const auto cursor = page_cursor<FlashSaleId>(*call.request);
  if (!cursor) return cursor.error();
  query.limit = *limit;
  query.before = *cursor;
  return query;
}

}  // namespace

void SaleApi::add_routes(Router& router) {
  add_buyer_routes(router);
  add_staff_routes(router);
}

void SaleApi::add_buyer_routes(Router& router) {
  router.add<NoBody, FlashSalePage>(
      {.method = HttpMethod::get,
       .path = "/v1/rooms/{room}/flash-sales",
       .operation = "listRoomFlashSales",
       .tag = "shop",
       .summary = "A room's announced flash sales, newest first",
       .query = {{"limit", "1 to 100"}, {"cursor", "`next` of the page before"}}},
      [this](Call call) { return list_of_room(std::move(call)); });
  router.add<NoBody, FlashSaleView>({.method = HttpMethod::get,
                                     .path = "/v1/flash-sales/{sale}",
                                     .operation = "getFlashSale",
                                     .tag = "shop",
                                     .summary = "A flash sale with its stock"},
                                    [this](Call call) { return get(std::move(call)); });
  router.add<NoBody, AdmissionView>({.method = HttpMethod::post,
                                     .path = "/v1/flash-sales/{sale}/admission",
                                     .operation = "enterFlashSale",
                                     .tag = "shop",
                                     .summary = "A token to grab with; there is none before the start",
                                     .access = Access::buyer},
                                    [this](Call call) { return admit(std::move(call)); });
  router.add<GrabDraft, GrabView>(
      {.method = HttpMethod::post,
       .path = "/v1/flash-sales/{sale}/grabs",
       .operation = "grab",
       .tag = "shop",
       .summary = "Grab units: an order that is held for the buyer until pay_by_ms",
       .access = Access::buyer,
       .idempotent = true,
       .status = 201},
      [this](Call call, GrabDraft draft) { return grab(std::move(call), std::move(draft)); });
  router.add<NoBody, StandingView>({.method = HttpMethod::get,
                                    .path = "/v1/flash-sales/{sale}/mine",
                                    .operation = "getFlashStanding",
                                    .tag = "shop",
                                    .summary = "The buyer's order, place in the line or turn",
                                    .access = Access::buyer},
                                   [this](Call call) { return standing(std::move(call)); });
}

void SaleApi::add_staff_routes(Router& router) {
  const auto run = Right::showcase_run;
  router.add<NoBody, FlashSalePage>({.method = HttpMethod::get,
                                     .path = "/v1/shop/flash-sales",
                                     .operation = "listFlashSales",
                                     .tag = "shop",
                                     .summary = "The shop's flash sales with drafts, newest first",
                                     .access = Access::staff,
                                     .query = {{"room", "only this room's"},
                                               {"limit", "1 to 100"},
                                               {"cursor", "`next` of the page before"}}},
                                    [this](Call call) { return list(std::move(call)); });
  router.add<FlashSaleDraft, FlashSaleView>(
      {.method = HttpMethod::post,
       .path = "/v1/shop/flash-sales",
       .operation = "createFlashSale",
       .tag = "shop",
       .summary = "Draft a flash sale",
       .access = Access::staff,
       .right = run,
       .idempotent = true,
       .status = 201},
      [this](Call call, FlashSaleDraft draft) { return create(std::move(call), std::move(draft)); });
  router.add<NoBody, FlashSaleView>({.method = HttpMethod::get,
                                     .path = "/v1/shop/flash-sales/{sale}",
                                     .operation = "getStaffFlashSale",
                                     .tag = "shop",
                                     .summary = "One flash sale, drafts too",
                                     .access = Access::staff},
                                    [this](Call call) { return staff_get(std::move(call)); });
  router.add<FlashSaleDraft, FlashSaleView>(
      {.method = HttpMethod::put,
       .path = "/v1/shop/flash-sales/{sale}",
       .operation = "changeFlashSale",
       .tag = "shop",
       .summary = "Change a draft",
       .access = Access::staff,
       .right = run},
      [this](Call call, FlashSaleDraft draft) { return change(std::move(call), std::move(draft)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/shop/flash-sales/{sale}",
                                 .operation = "removeFlashSale",
                                 .tag = "shop",
                                 .summary = "Remove a draft",
                                 .access = Access::staff,
                                 .right = run},
                                [this](Call call) { return remove(std::move(call)); });
  add_beginning(router, "/v1/shop/flash-sales/{sale}/schedule", "scheduleFlashSale",
                "Announce a draft for its start; its units are taken from the stock", &SaleService::schedule);
  add_beginning(router, "/v1/shop/flash-sales/{sale}/start", "startFlashSale",
                "Open it now, after its open_delay_ms", &SaleService::start);
  add_step(router, "/v1/shop/flash-sales/{sale}/pause", "pauseFlashSale", "Let nobody grab for a while",
           &SaleService::pause);
  add_step(router, "/v1/shop/flash-sales/{sale}/resume", "resumeFlashSale", "Open a paused one again",
           &SaleService::resume);
  add_step(router, "/v1/shop/flash-sales/{sale}/stop", "stopFlashSale",
           "End it for good; unpaid grabs keep price and deadline", &SaleService::stop);
}

void SaleApi::add_step(Router& router, std::string_view path, std::string_view operation,
                       std::string_view summary, Step step) {
  router.add<NoBody, FlashSaleView>(
      {.method = HttpMethod::post,
       .path = path,
       .operation = operation,
       .tag = "shop",
       .summary = summary,
       .access = Access::staff,
       .right = Right::showcase_run},
      [this, step, act = act_name(path)](Call call) { return run_step(std::move(call), act, step); });
}

void SaleApi::add_beginning(Router& router, std::string_view path, std::string_view operation,
                            std::string_view summary, Beginning beginning) {
  router.add<NoBody, FlashSaleView>({.method = HttpMethod::post,
                                     .path = path,
                                     .operation = operation,
                                     .tag = "shop",
                                     .summary = summary,
                                     .access = Access::staff,
                                     .right = Right::showcase_run},
                                    [this, beginning, act = act_name(path)](Call call) {
                                      return run_beginning(std::move(call), act, beginning);
                                    });
}

Task<Reply<FlashSalePage>> SaleApi::list_of_room(Call call) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  auto query = read_query(call);
  if (!query) co_return query.error();
  query->room = room;
  query->drafts = false;
  auto page = co_await service_.list(std::move(*query));
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<FlashSaleView>> SaleApi::get(Call call) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  auto view = co_await service_.view(*id, false);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

// A sale that was open before staff began to rehearse in its room: nobody grabs until they have done.
bool SaleApi::is_rehearsed(FlashSaleId id) const {
  if (rooms_ == nullptr) return false;
  const auto room = service_.room_of(id);
  return room && rooms_->rehearses(*room);
}

Task<Reply<AdmissionView>> SaleApi::admit(Call call) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  if (is_rehearsed(*id)) co_return kPractice;
  auto admission = co_await service_.admit(*id, call.caller.account);
  if (!admission) co_return admission.error();
  co_return std::move(*admission);
}

Task<Reply<GrabView>> SaleApi::grab(Call call, GrabDraft draft) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  if (is_rehearsed(*id)) co_return kPractice;
  const SkuId sku = draft.sku;
  GrabCall wanted{.sale = *id,
                  .draft = std::move(draft),
                  .buyer = call.caller.account,
                  .buyer_name = call.caller.name,
                  .key = call.idempotency_key};
  const auto answer = co_await service_.grab(std::move(wanted));
  if (!answer) co_return answer.error();
  if (answer->refusal) co_return to_problem(*answer->refusal);
  const FoundGrab& grab = answer->grab;
  Reply<GrabView> reply(GrabView{grab.order, *id, sku, grab.grab.units, grab.total, grab.pay_by.ms});
  reply.replayed = answer->replayed;
  co_return reply;
}

Task<Reply<StandingView>> SaleApi::standing(Call call) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  auto view = co_await service_.standing(*id, call.caller.account);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<FlashSalePage>> SaleApi::list(Call call) {
  auto query = read_query(call);
  if (!query) co_return query.error();
  const auto room = call.request->query_value("room");
  if (room && !room->empty()) query->room = *room;
  auto page = co_await service_.list(std::move(*query));
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<FlashSaleView>> SaleApi::staff_get(Call call) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  auto view = co_await service_.view(*id, true);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<FlashSaleView>> SaleApi::create(Call call, FlashSaleDraft draft) {
  if (!is_room_name(draft.room)) co_return Error{ErrorKind::invalid_input, "shop.room"};
  const auto made =
      co_await service_.create(staff_key(call, "createFlashSale"), std::move(draft), staff_name(call));
  if (!made) co_return made.error();
  auto view = co_await service_.view(made->id, true);
  if (!view) co_return view.error();
  Reply<FlashSaleView> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<FlashSaleView>> SaleApi::change(Call call, FlashSaleDraft draft) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  if (!is_room_name(draft.room)) co_return Error{ErrorKind::invalid_input, "shop.room"};
  const auto done = co_await service_.change(*id, std::move(draft));
  if (!done) co_return done.error();
  co_return co_await after(std::move(call), "flash_sale.change", *id);
}

Task<Reply<NoContent>> SaleApi::remove(Call call) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  const auto done = co_await service_.remove(*id);
  if (!done) co_return done.error();
  co_return NoContent{};
}

Task<Reply<FlashSaleView>> SaleApi::run_step(Call call, std::string act, Step step) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  const auto done = co_await (service_.*step)(*id, staff_name(call));
  if (!done) co_return done.error();
  co_return co_await after(std::move(call), std::move(act), *id);
}

Task<Reply<FlashSaleView>> SaleApi::run_beginning(Call call, std::string act, Beginning beginning) {
  const auto id = sale_of(call);
  if (!id) co_return kNoSale;
  // A rehearsal sets no units aside.
  const auto sale = co_await service_.view(*id, true);
  if (!sale) co_return sale.error();
  if (rooms_ != nullptr && rooms_->rehearses(sale->room)) co_return kPractice;
  const auto begun = co_await (service_.*beginning)(*id, staff_name(call));
  if (!begun) co_return begun.error();
  if (*begun) co_return to_problem(**begun);
  co_return co_await after(std::move(call), std::move(act), *id);
}

// The line of the audit log, and the sale as it is now.
Task<Reply<FlashSaleView>> SaleApi::after(Call call, std::string act, FlashSaleId id) {
  AuditEntry entry = audit_entry(act_of(call), std::move(act), id.str());
  co_await note_act(&members_, std::move(entry));
  auto view = co_await service_.view(id, true);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

}  // namespace vitrine
