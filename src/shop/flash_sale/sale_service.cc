#include "shop/flash_sale/sale_service.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "shop/catalog/catalog_dto.h"
#include "shop/catalog/catalog_store.h"

namespace vitrine {
namespace {

constexpr Milliseconds kAdmissionTime{120'000};
constexpr size_t kSecretBytes = 32;
constexpr Error kNoSale{ErrorKind::not_found, "shop.flash_sale"};
constexpr Error kWrongState{ErrorKind::conflict, "shop.flash_state"};
constexpr Error kNoAdmission{ErrorKind::conflict, "shop.admission"};
constexpr Error kKeyReused{ErrorKind::conflict, "request.idempotency_key_reused"};
constexpr Error kSellingOff{ErrorKind::forbidden, "shop.selling_off"};

std::string secret(Random& random) {
  std::string out(kSecretBytes, '\0');
  random.fill({reinterpret_cast<uint8_t*>(out.data()), out.size()});
  return out;
}

std::string admitted(FlashSaleId sale, AccountId buyer) {
  return sale.str() + " " + buyer.str();
}

SalePlan plan_of(const FlashSaleDraft& draft) {
  return {.starts = draft.starts_at_ms ? std::optional(WallTime{*draft.starts_at_ms}) : std::nullopt,
          .preheat = std::chrono::seconds(draft.preheat_s),
          .open_delay = Milliseconds(draft.open_delay_ms),
          .duration = std::chrono::seconds(draft.duration_s),
          .per_buyer = draft.per_buyer,
          .per_order = draft.per_order,
          .pay_minutes = draft.pay_minutes};
}

Result<FlashSaleOffer> offer_of(Transaction& tx, const FlashItemDraft& item) {
  auto offer = find_offer(tx, item.sku);
  if (!offer) return offer.error();
  if (!offer->on_offer) return Error{ErrorKind::conflict, "shop.not_on_offer"};
  if (offer->price_hidden) return kPriceHidden;
  const bool fits = item.price.currency == offer->price.currency && item.price.amount > 0 &&
                    item.price.amount <= offer->price.amount;
  if (!fits) return Error{ErrorKind::invalid_input, "shop.flash_price"};
  return FlashSaleOffer{
      .sku = item.sku,
      .product = offer->product,
      .name = offer->product_name,
      .variant = offer->variant_name,
      .picture = offer->picture ? std::optional(picture_url(*offer->picture)) : std::nullopt,
      .price = item.price,
      .list_price = offer->price,
      .units = item.units};
}

// A price may have been hidden since the sale was drafted.
Result<void> check_prices_open(Transaction& tx, const Sale& sale) {
  for (const SaleSku& sku : sale.skus) {
    auto offer = find_offer(tx, sku.offer.sku);
    if (!offer) return offer.error();
    if (offer->price_hidden) return kPriceHidden;
  }
  return {};
}

GrabAnswer refused_with(Error error) {
  return {.refusal = GrabRefusal{.error = error, .total = {}, .place = {}}, .grab = {}, .replayed = false};
}

bool nothing_held(const Sale& sale) {
  return std::all_of(sale.skus.begin(), sale.skus.end(),
                     [](const SaleSku& sku) { return !sku.pool || sku.pool->held == 0; });
}

// Whether time, or the last hold's end, has made another state of the sale.
bool moves(const Sale& sale, WallTime now) {
  if (sale.state == SaleState::ended) return nothing_held(sale);
  return state_at(sale.state, sale.times, now) != sale.state;
}

}  // namespace

SaleService::SaleService(SaleNeeds needs)
    : needs_(needs), signer_(secret(needs.random), "flash sale admission") {}

Result<Sale> SaleService::build(Transaction& tx, FlashSaleId id, const FlashSaleDraft& draft,
                                WallTime at) const {
  Sale sale{.sale = id, .room = draft.room, .plan = plan_of(draft), .created = at};
  if (sale.plan.starts) sale.times = times_of(*sale.plan.starts, sale.plan);
  std::set<SkuId> seen;
  for (const FlashItemDraft& item : draft.items) {
    if (!seen.insert(item.sku).second) return Error{ErrorKind::invalid_input, "shop.flash_twice"};
    auto offer = offer_of(tx, item);
    if (!offer) return offer.error();
    sale.skus.push_back({std::move(*offer), std::nullopt});
  }
  return sale;
}

Task<Result<Made<FlashSaleId>>> SaleService::create(IdempotencyKey key, FlashSaleDraft draft,
                                                    std::string actor) {
  const auto fresh = needs_.ids.next<FlashSaleId>();
  auto work = [this, key, draft, actor, fresh,
               at = needs_.clock.wall()](Transaction& tx) -> Result<Made<FlashSaleId>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<FlashSaleId>{FlashSaleId{**effect}, true};
    auto sale = build(tx, fresh, draft, at);
    if (!sale) return sale.error();
    if (auto put = insert_sale(tx, *sale, {"created", actor, at}); !put) return put.error();
    if (auto put = record_effect(tx, key, fresh.value, at); !put) return put.error();
    return Made<FlashSaleId>{fresh, false};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> SaleService::change(FlashSaleId id, FlashSaleDraft draft) {
  auto work = [this, id, draft, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    if (auto stored = find_sale(tx, id); !stored) return stored.error();
    auto sale = build(tx, id, draft, at);
    if (!sale) return sale.error();
    return replace_draft(tx, *sale);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> SaleService::remove(FlashSaleId id) {
  auto work = [id](Transaction& tx) -> Result<void> {
    auto sale = find_sale(tx, id);
    if (!sale) return sale.error();
    return remove_draft(tx, *sale);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

// Takes the units and moves the sale to what time makes of it.
Result<std::optional<SaleRefusal>> SaleService::begin(Transaction& tx, FlashSaleId id, bool by_hand,
                                                      const OrderCause& cause) const {
  auto sale = find_sale(tx, id);
  if (!sale) return sale.error();
  const bool waits = sale->state == SaleState::scheduled || sale->state == SaleState::preheat;
  if (sale->state != SaleState::draft && !(by_hand && waits)) return kWrongState;
  if (by_hand) sale->plan.starts = cause.at;
  const bool to_come = by_hand || (sale->plan.starts && *sale->plan.starts > cause.at);
  if (!to_come) return Error{ErrorKind::conflict, "shop.flash_start"};
  sale->times = times_of(*sale->plan.starts, sale->plan);
  if (sale->state == SaleState::draft) {
    if (auto open = check_prices_open(tx, *sale); !open) return open.error();
    auto less = needs_.units.find_short(tx, *sale);
    if (!less) return less.error();
    if (*less)
      return std::optional(
          SaleRefusal{{ErrorKind::conflict, "shop.stock_short"}, (*less)->sku, (*less)->free});
    const MovementNote note{{}, "flash sale " + id.str(), cause.actor, cause.at};
    if (auto taken = needs_.units.take(tx, *sale, note); !taken) return taken.error();
  }
  SaleState to = state_at(SaleState::scheduled, sale->times, cause.at);
  // Whoever starts by hand wants it seen, however short the way to the opening is.
  if (by_hand && to == SaleState::scheduled) to = SaleState::preheat;
  if (to == sale->state) to = SaleState::open;
  if (auto moved = move_sale(tx, *sale, to, cause); !moved) return moved.error();
  return std::optional<SaleRefusal>();
}

Task<Result<std::optional<SaleRefusal>>> SaleService::begin_now(FlashSaleId id, bool by_hand,
                                                                std::string actor) {
  const OrderCause cause{by_hand ? "started" : "scheduled", actor, needs_.clock.wall()};
  auto work = [this, id, by_hand, cause](Transaction& tx) { return begin(tx, id, by_hand, cause); };
  auto begun = co_await needs_.gate.write(std::move(work));
  if (begun) co_await look_round();
  co_return begun;
}

Task<Result<std::optional<SaleRefusal>>> SaleService::schedule(FlashSaleId id, std::string actor) {
  co_return co_await begin_now(id, false, std::move(actor));
}

Task<Result<std::optional<SaleRefusal>>> SaleService::start(FlashSaleId id, std::string actor) {
  co_return co_await begin_now(id, true, std::move(actor));
}

// Existing holds keep price and deadline; everything free goes back on the shelf (SHOP-RULES 10).
Result<void> SaleService::end(Transaction& tx, Sale& sale, const OrderCause& cause) const {
  if (auto moved = move_sale(tx, sale, SaleState::ended, cause); !moved) return moved;
  const MovementNote note{{}, "flash sale " + sale.sale.str(), cause.actor, cause.at};
  return needs_.units.send_home(tx, sale, note);
}

Task<Result<void>> SaleService::step(FlashSaleId id, SaleState to, std::string cause, std::string actor) {
  auto work = [this, id, to,
               why = OrderCause{cause, actor, needs_.clock.wall()}](Transaction& tx) -> Result<void> {
    auto sale = find_sale(tx, id);
    if (!sale) return sale.error();
    const SaleState now = state_at(sale->state, sale->times, why.at);
    const bool over = now == SaleState::ended || now == SaleState::settled;
    if (sale->state == to || (to == SaleState::ended && sale->state == SaleState::settled)) return {};
    // Between the opening and the row that says so the sale is open all the same.
    if (now != sale->state && !over) {
      if (auto moved = move_sale(tx, *sale, now, {"time", "system", why.at}); !moved) return moved;
    }
    if (over && to != SaleState::ended) return kWrongState;
    return to == SaleState::ended ? end(tx, *sale, why) : move_sale(tx, *sale, to, why);
  };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done) co_await look_round();
  co_return done;
}

Task<Result<void>> SaleService::pause(FlashSaleId id, std::string actor) {
  co_return co_await step(id, SaleState::paused, "paused", std::move(actor));
}

Task<Result<void>> SaleService::resume(FlashSaleId id, std::string actor) {
  co_return co_await step(id, SaleState::open, "resumed", std::move(actor));
}

Task<Result<void>> SaleService::stop(FlashSaleId id, std::string actor) {
  co_return co_await step(id, SaleState::ended, "stopped", std::move(actor));
}

FlashSaleView SaleService::view_of(const Sale& sale) const {
  const SalePlan& plan = sale.plan;
  const WallTime at = needs_.clock.wall();
  FlashSaleView view{.sale = sale.sale,
                     .room = sale.room,
                     .state = std::string(name_of(state_at(sale.state, sale.times, at))),
                     .version = sale.version,
                     .starts_at_ms = plan.starts ? std::optional(plan.starts->ms) : std::nullopt,
                     .preheat_at_ms = sale.times.preheat.ms,
                     .opens_at_ms = sale.times.opens.ms,
                     .ends_at_ms = sale.times.ends.ms,
                     .duration_s = plan.duration.count() / 1'000,
                     .preheat_s = plan.preheat.count() / 1'000,
                     .open_delay_ms = plan.open_delay.count(),
                     .per_buyer = plan.per_buyer,
                     .per_order = plan.per_order,
                     .pay_minutes = plan.pay_minutes,
                     .server_time_ms = at.ms};
  for (const SaleSku& sku : sale.skus) {
    const FlashSaleOffer& offer = sku.offer;
    const Pool pool = sku.pool.value_or(Pool{});
    view.items.push_back({offer.sku,
                          offer.product,
                          offer.name,
                          offer.variant,
                          offer.picture,
                          offer.price,
                          offer.list_price,
                          offer.units,
                          {pool.free, pool.held, pool.sold, pool.version},
                          static_cast<int64_t>(owner_.waiting(sale.sale, offer.sku))});
  }
  return view;
}

// From memory while it is live: a room full of pages may ask at once.
Task<Result<FlashSaleView>> SaleService::view(FlashSaleId id, bool drafts) {
  if (const auto live = owner_.sale(id)) co_return view_of(*live);
  auto look = [id](Transaction& tx) { return find_sale(tx, id); };
  const auto sale = co_await needs_.gate.read(std::move(look));
  if (!sale) co_return sale.error();
  if (sale->state == SaleState::draft && !drafts) co_return kNoSale;
  co_return view_of(*sale);
}

Task<Result<FlashSalePage>> SaleService::list(SaleQuery query) {
  auto look = [query](Transaction& tx) -> Result<std::vector<Sale>> {
    auto ids = list_sales(tx, query);
    if (!ids) return ids.error();
    std::vector<Sale> out;
    for (const FlashSaleId id : *ids) {
      auto sale = find_sale(tx, id);
      if (!sale) return sale.error();
      out.push_back(std::move(*sale));
    }
    return out;
  };
  const auto sales = co_await needs_.gate.read(std::move(look));
  if (!sales) co_return sales.error();
  FlashSalePage page;
  for (const Sale& sale : *sales) page.items.push_back(view_of(sale));
  if (sales->size() == query.limit) page.next = sales->back().sale.str();
  co_return page;
}

// What memory knows for certain. Whoever grabbed before goes on to the owner: the key may be an old one.
std::optional<Error> SaleService::early_refusal(const SaleGlance& glance, WallTime received) const {
  if (glance.grabbed) return std::nullopt;
  if (auto closed = closed_refusal(glance.state, glance.times, received)) return closed;
  const bool gone = glance.pool && glance.pool->free + glance.pool->held == 0;
  if (gone) return Error{ErrorKind::conflict, "shop.sold_out"};
  return std::nullopt;
}

Task<Error> SaleService::why_absent(FlashSaleId id) {
  auto look = [id](Transaction& tx) { return find_sale(tx, id); };
  const auto sale = co_await needs_.gate.read(std::move(look));
  if (!sale) co_return sale.error();
  if (sale->state == SaleState::draft) co_return kNoSale;
  // Live, but this process has just begun and not looked yet.
  if (sale->state != SaleState::settled) co_return kShopUnavailable;
  co_return Error{ErrorKind::conflict, "shop.ended"};
}

Task<Result<AdmissionView>> SaleService::admit(FlashSaleId id, AccountId buyer) {
  if (!needs_.ops.capabilities().selling) co_return kSellingOff;
  const WallTime at = needs_.clock.wall();
  const auto glance = owner_.glance(id, std::nullopt, buyer);
  if (!glance) co_return co_await why_absent(id);
  if (const auto closed = closed_refusal(glance->state, glance->times, at)) co_return *closed;
  const WallTime until = at + kAdmissionTime;
  co_return AdmissionView{signer_.sign(admitted(id, buyer), until), until.ms};
}

Task<Result<GrabAnswer>> SaleService::grabbed_before(GrabCall call, Result<GrabAnswer> otherwise) {
  auto look = [call](Transaction& tx) { return find_grab(tx, call.sale, call.buyer, call.key); };
  const auto found = co_await needs_.gate.read(std::move(look));
  if (!found || !*found) co_return otherwise;
  const bool same = (*found)->grab.units == call.draft.quantity && (*found)->total == call.draft.total;
  if (!same) co_return kKeyReused;
  co_return GrabAnswer{.refusal = {}, .grab = **found, .replayed = true};
}

Task<Result<GrabAnswer>> SaleService::grab(GrabCall call) {
  const Moment moment = now();
  const auto glance = owner_.glance(call.sale, call.draft.sku, call.buyer);
  if (!glance) {
    const Error why = co_await why_absent(call.sale);
    Result<GrabAnswer> refused =
        why.kind == ErrorKind::conflict ? Result<GrabAnswer>(refused_with(why)) : why;
    co_return co_await grabbed_before(std::move(call), std::move(refused));
  }
  if (const auto refused = early_refusal(*glance, moment.wall)) co_return refused_with(*refused);
  const auto token = signer_.verify(call.draft.token, moment.wall);
  const bool admitted_here = token && *token == admitted(call.sale, call.buyer);
  const bool selling = needs_.ops.capabilities().selling;
  if (!admitted_here || !selling) {
    const Error why = selling ? kNoAdmission : kSellingOff;
    if (!glance->grabbed) co_return why;
    co_return co_await grabbed_before(std::move(call), why);
  }
  GrabRequest request{.sale = call.sale,
                      .sku = call.draft.sku,
                      .units = call.draft.quantity,
                      .total = call.draft.total,
                      .buyer = call.buyer,
                      .buyer_masked = masked_name(call.buyer_name),
                      .key = call.key,
                      .order = needs_.ids.next<OrderId>(),
                      .test = needs_.test};
  SaleItem item(std::move(request), moment);
  auto answer = co_await needs_.gate.write_batch(owner_, std::move(item));
  if (answer || answer.error().kind != ErrorKind::unknown_outcome) co_return answer;
  // The commit's answer was lost (SHOP-RULES 3): the row with the key says whether it happened.
  co_return co_await grabbed_before(std::move(call), std::move(answer));
}

Task<Result<StandingView>> SaleService::standing(FlashSaleId id, AccountId buyer) {
  const BuyerStanding known = owner_.standing(id, buyer);
  auto look = [id, buyer](Transaction& tx) { return newest_grab(tx, id, buyer); };
  const auto grab = co_await needs_.gate.read(std::move(look));
  if (!grab) co_return grab.error();
  StandingView view{.place = known.place, .sku = known.sku};
  if (known.turn) view.turn_until_ms = known.turn->until.ms;
  if (*grab) {
    view.order = (*grab)->order;
    view.order_state = std::string(name_of((*grab)->state));
    if ((*grab)->state == OrderState::pending_payment) view.pay_by_ms = (*grab)->pay_by.ms;
  }
  co_return view;
}

bool SaleService::due() const {
  const WallTime at = needs_.clock.wall();
  const auto sales = owner_.sales();
  return std::any_of(sales.begin(), sales.end(), [&](const Sale& sale) { return moves(sale, at); });
}

Result<void> SaleService::advance(Transaction& tx, FlashSaleId id, WallTime at) const {
  auto sale = find_sale(tx, id);
  if (!sale) return sale.error();
  const OrderCause cause{"time", "system", at};
  const SaleState to = state_at(sale->state, sale->times, at);
  if (to == SaleState::ended && sale->state != SaleState::ended) {
    if (auto ended = end(tx, *sale, cause); !ended) return ended;
  } else if (to != sale->state) {
    return move_sale(tx, *sale, to, cause);
  }
  if (sale->state != SaleState::ended || !nothing_held(*sale)) return {};
  return move_sale(tx, *sale, SaleState::settled, {"settled", "system", at});
}

Task<void> SaleService::keep_time() {
  const WallTime at = needs_.clock.wall();
  bool moved = false;
  for (const Sale& sale : owner_.sales()) {
    if (!moves(sale, at)) continue;
    auto work = [this, id = sale.sale, at](Transaction& tx) { return advance(tx, id, at); };
    const auto done = co_await needs_.gate.write(std::move(work));
    if (!done)
      log_warn("shop.flash_sale_waits", {{"sale", sale.sale.str()}, {"reason", done.error().reason}});
    moved = true;
  }
  if (moved) co_await look_round();
}

Task<void> SaleService::tick() {
  co_await keep_time();
  const bool nothing_live = looked_.load() && owner_.sales().empty();
  if (!nothing_live) co_await look_round();
}

Task<void> SaleService::look_round() {
  SaleItem item(std::nullopt, now());
  const auto looked = co_await needs_.gate.write_batch(owner_, std::move(item));
  looked_.store(looked.ok());
  if (!looked) log_warn("shop.flash_sale_waits", {{"sale", "all"}, {"reason", looked.error().reason}});
}

}  // namespace vitrine
