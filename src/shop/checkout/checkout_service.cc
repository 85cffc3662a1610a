#include "shop/checkout/checkout_service.h"

#include <algorithm>

#include "shop/cart/cart_store.h"
#include "shop/catalog/price_store.h"
#include "shop/checkout/checkout_config.h"
#include "shop/gate/restored.h"
#include "shop/orders/package_store.h"

namespace vitrine {
namespace {

constexpr Error kNoOrder{ErrorKind::not_found, "shop.order"};
constexpr Error kWrongState{ErrorKind::conflict, "shop.order_state"};
constexpr Error kTrackingUsed{ErrorKind::conflict, "shop.tracking_used"};
constexpr Error kPackagesFull{ErrorKind::conflict, "shop.packages_full"};

Result<Order> own_order(Transaction& tx, OrderId id, AccountId buyer) {
  auto order = find_order(tx, id);
  if (!order) return order;
  if (order->buyer != buyer) return kNoOrder;
  return order;
}

const Package* with_tracking(const std::vector<Package>& packages, const std::string& tracking) {
  const auto found = std::find_if(packages.begin(), packages.end(),
                                  [&](const Package& one) { return one.tracking == tracking; });
  return found == packages.end() ? nullptr : &*found;
}

std::optional<std::vector<Packed>> wanted_lines(const ShipDraft& draft) {
  if (!draft.lines) return std::nullopt;
  std::vector<Packed> out;
  for (const PackageLineDto& line : *draft.lines) out.push_back({line.line, line.quantity});
  std::sort(out.begin(), out.end(), [](const Packed& a, const Packed& b) { return a.line < b.line; });
  return out;
}

// Whether `draft` asks for the package that went out already.
bool same_content(const Package& package, const ShipDraft& draft) {
  const auto wanted = wanted_lines(draft);
  return package.carrier == draft.carrier && (!wanted || *wanted == package.lines);
}

}  // namespace

Result<OrderFacts> CheckoutService::gather(Transaction& tx, const PlaceRequest& request,
                                           const OrderFacts& limits) const {
  OrderFacts facts = limits;
  for (const WantedLine& line : request.lines) {
    auto offer = find_offer_for(tx, line.sku, {facts.tier, facts.now});
    if (!offer) return offer.error();
    facts.offers.push_back(std::move(*offer));
    auto pool = pool_of(tx, line.sku);
    if (!pool) return pool.error();
    facts.pools.push_back(*pool);
  }
  auto open = open_orders(tx, request.buyer);
  if (!open) return open.error();
  facts.open_orders = *open;
  if (request.coupons.empty()) return facts;
  auto coupons = held_coupons(tx, request.buyer, request.coupons);
  if (!coupons) return coupons.error();
  facts.coupons = std::move(*coupons);
  return facts;
}

Result<Placed> CheckoutService::place_in(Transaction& tx, const PlaceRequest& request,
                                         const OrderFacts& limits, const Order& blank) const {
  auto effect = find_effect(tx, request.key);
  if (!effect) return effect.error();
  if (*effect) return Placed{OrderId{**effect}, true, std::nullopt};
  if (closed_for_sale(tx)) return kRestored;
  auto facts = gather(tx, request, limits);
  if (!facts) return facts.error();
  OrderDecision decision = decide_order(request.lines, request.total, *facts);
  if (decision.refusal) return Placed{OrderId{}, false, decision.refusal};
  Order order = blank;
  order.lines = std::move(decision.plan.lines);
  order.items = decision.plan.money.items;
  order.discount = decision.plan.money.discount;
  order.shipping = decision.plan.money.shipping;
  order.total = decision.plan.money.total;
  const OrderCause cause{"placed", request.buyer.str(), order.created};
  if (auto put = insert_order(tx, order, cause); !put) return put.error();
  auto locked = lock_coupons(tx, order.order, facts->coupons, decision.plan.discount, order.created);
  if (!locked) return locked.error();
  const MovementNote note{order.order, cause.cause, cause.actor, cause.at};
  if (auto held = needs_.stock.hold(tx, decision.plan.demand, note); !held) return held.error();
  for (const Demand& demand : decision.plan.demand) {
    if (!request.from_cart) break;
    auto taken = take_from_cart(tx, request.buyer.str(), {demand.sku, demand.quantity}, order.created);
    if (!taken) return taken.error();
  }
  if (auto put = record_effect(tx, request.key, order.order.value, order.created); !put) return put.error();
  if (order.total.amount > 0) return Placed{order.order, false, std::nullopt};
  if (!order.address && needs_shipping(order)) return Error{ErrorKind::conflict, "shop.address_missing"};
  if (auto free = needs_.settlement.settle_free(tx, order, cause); !free) return free.error();
  return Placed{order.order, false, std::nullopt};
}

Task<Result<Placed>> CheckoutService::place(PlaceRequest request) {
  if (!needs_.ops.capabilities().selling) {
    co_return co_await placed_before(request.key, {ErrorKind::forbidden, "shop.selling_off"});
  }
  const int64_t tier = co_await needs_.tiers.of(request.buyer);
  const Config& config = Core::current()->config();
  const OrderFacts limits{.offers = {},
                          .pools = {},
                          .open_orders = 0,
                          .open_orders_max = config.get(kOpenOrdersMax),
                          .units_max = config.get(kUnitsPerOrder),
                          .coupons = {},
                          .now = needs_.clock.wall(),
                          .tier = tier};
  const WallTime now = limits.now;
  const Milliseconds time_to_pay = std::chrono::minutes(config.get(kPayMinutes));
  Order blank{.order = needs_.ids.next<OrderId>(),
              .buyer = request.buyer,
              .buyer_masked = masked_name(request.buyer_name),
              .room = request.room,
              .test = request.test,
              .created = now,
              .pay_by = deadline_in(time_to_pay, now, needs_.clock.boot())};
  if (request.address) {
    const auto address = co_await snapshot(request.buyer, *request.address);
    if (!address) co_return co_await placed_before(request.key, address.error());
    blank.address = seal_address(needs_.cipher, blank.order, *address);
  }
  auto work = [this, request, limits, blank](Transaction& tx) {
    return place_in(tx, request, limits, blank);
  };
  auto placed = co_await needs_.gate.write(std::move(work));
  if (placed || placed.error().kind != ErrorKind::unknown_outcome) co_return placed;
  // The commit's answer was lost (SHOP-RULES 3): the record of the key says whether it happened.
  co_return co_await placed_before(request.key, placed.error());
}

Task<Result<Placed>> CheckoutService::placed_before(IdempotencyKey key, Error otherwise) {
  auto look = [key](Transaction& tx) { return find_effect(tx, key); };
  const auto effect = co_await needs_.gate.read(std::move(look));
  if (!effect || !*effect) co_return otherwise;
  co_return Placed{OrderId{**effect}, true, std::nullopt};
}

Task<Result<QuoteView>> CheckoutService::quote(AccountId buyer, std::vector<WantedLine> lines,
                                               std::optional<std::vector<ClaimId>> coupons) {
  const int64_t tier = co_await needs_.tiers.of(buyer);
  const PriceEyes eyes{tier, needs_.clock.wall()};
  auto work = [buyer, lines, coupons, eyes](Transaction& tx) -> Result<QuoteView> {
    std::vector<Offer> offers;
    for (const WantedLine& line : lines) {
      auto offer = find_offer_for(tx, line.sku, eyes);
      if (!offer) return offer.error();
      if (offer->price_hidden) return kPriceHidden;
      offers.push_back(std::move(*offer));
    }
    return view_quote(tx, buyer, priced_lines(lines, offers), coupons, eyes.now);
  };
  co_return co_await needs_.gate.read(std::move(work));
}

// What it answers is sealed next: without a database the key for that is not loaded either.
Task<Result<AddressSnapshot>> CheckoutService::snapshot(AccountId buyer, AddressId address) {
  if (needs_.gate.database() == nullptr) co_return kShopUnavailable;
  co_return co_await needs_.members.address(buyer, address);
}

Task<Result<OrderView>> CheckoutService::order(OrderId id, AccountId buyer) {
  auto work = [this, id, buyer](Transaction& tx) -> Result<OrderView> {
    auto order = own_order(tx, id, buyer);
    if (!order) return order.error();
    return view_order(tx, *order, needs_.cipher, OrderEyes::buyer);
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<OrderPage>> CheckoutService::orders(OrderQuery query, OrderEyes eyes) {
  auto work = [this, query, eyes](Transaction& tx) -> Result<OrderPage> {
    auto ids = list_orders(tx, query);
    if (!ids) return ids.error();
    OrderPage page;
    for (const OrderId id : *ids) {
      auto order = find_order(tx, id);
      if (!order) return order.error();
      auto view = view_order(tx, *order, needs_.cipher, eyes);
      if (!view) return view.error();
      page.items.push_back(std::move(*view));
    }
    if (ids->size() == query.limit) page.next = ids->back().str();
    return page;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<void>> CheckoutService::cancel(OrderId id, AccountId buyer) {
  auto work = [this, id, buyer, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto order = own_order(tx, id, buyer);
    if (!order) return order.error();
    if (order->state == OrderState::closing || order->state == OrderState::closed) return {};
    if (order->state != OrderState::pending_payment) return kWrongState;
    return needs_.settlement.end_unpaid(tx, *order, {"buyer_cancelled", buyer.str(), at});
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> CheckoutService::change_address(OrderId id, AccountId buyer, AddressId address) {
  const auto found = co_await snapshot(buyer, address);
  if (!found) co_return found.error();
  auto work = [id, buyer, sealed = seal_address(needs_.cipher, id, *found)](Transaction& tx) -> Result<void> {
    auto order = own_order(tx, id, buyer);
    if (!order) return order.error();
    if (order->state != OrderState::pending_payment) return kWrongState;
    auto attempts = attempts_of(tx, id);
    if (!attempts) return attempts.error();
    if (!attempts->empty()) return Error{ErrorKind::conflict, "shop.address_fixed"};
    return set_address(tx, id, sealed);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> CheckoutService::complete(OrderId id, std::optional<AccountId> buyer, std::string actor) {
  auto work = [id, buyer, actor, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto order = find_order(tx, id);
    if (!order) return order.error();
    if (buyer && order->buyer != *buyer) return kNoOrder;
    if (order->state == OrderState::completed) return {};
    return move_order(tx, *order, OrderState::completed, {"completed", actor, at});
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<OrderView>> CheckoutService::staff_order(OrderId id, OrderEyes eyes, StaffAct act) {
  if (eyes == OrderEyes::staff_personal) {
    AuditEntry entry = audit_entry(act, "order.personal_read", id.str());
    const auto kept = co_await needs_.members.audit(std::move(entry));
    if (!kept) co_return kept.error();
  }
  auto work = [this, id, eyes](Transaction& tx) -> Result<OrderView> {
    auto order = find_order(tx, id);
    if (!order) return order.error();
    return view_order(tx, *order, needs_.cipher, eyes);
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<void>> CheckoutService::ship(OrderId id, ShipDraft draft, StaffAct act) {
  auto work = [id, draft, act, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto order = find_order(tx, id);
    if (!order) return order.error();
    auto packages = packages_of(tx, id);
    if (!packages) return packages.error();
    if (const Package* known = with_tracking(*packages, draft.tracking))
      return same_content(*known, draft) ? Result<void>() : kTrackingUsed;
    if (order->state != OrderState::paid && order->state != OrderState::partly_shipped) return kWrongState;
    if (static_cast<int64_t>(packages->size()) >= kPackagesMax) return kPackagesFull;
    const auto left = left_to_ship(order->lines, packed_lines(*packages));
    auto taken = pack(left, wanted_lines(draft));
    if (!taken) return taken.error();
    const OrderState to = state_after(left, *taken);
    if (auto moved = move_order(tx, *order, to, {"shipped", act.actor.str(), at}); !moved)
      return moved.error();
    return insert_package(tx, id,
                          {.package = static_cast<int64_t>(packages->size()) + 1,
                           .carrier = draft.carrier,
                           .tracking = draft.tracking,
                           .shipped = at,
                           .lines = std::move(*taken)});
  };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done) co_await audit(act, "order.ship", id);
  co_return done;
}

Task<Result<void>> CheckoutService::change_package(OrderId id, int64_t package, PackageChange change,
                                                   StaffAct act) {
  auto work = [id, package, change](Transaction& tx) -> Result<void> {
    auto packages = packages_of(tx, id);
    if (!packages) return packages.error();
    const Package* other = with_tracking(*packages, change.tracking);
    if (other != nullptr && other->package != package) return kTrackingUsed;
    return readdress_package(tx, id,
                             {.package = package, .carrier = change.carrier, .tracking = change.tracking});
  };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done) co_await audit(act, "order.package", id);
  co_return done;
}

Task<Result<bool>> CheckoutService::track(IdempotencyKey key, OrderId id, int64_t package, TrackDraft draft,
                                          StaffAct act) {
  auto work = [key, id, package, draft, act, now = needs_.clock.wall()](Transaction& tx) -> Result<bool> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return true;
    const TrackPoint point{draft.state, draft.text, WallTime{draft.at_ms.value_or(now.ms)}};
    if (auto put = add_track(tx, id, package, point, act.actor.str()); !put) return put.error();
    if (auto put = record_effect(tx, key, id.value, now); !put) return put.error();
    return false;
  };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done && !*done) co_await audit(act, "order.track", id);
  co_return done;
}

Task<Result<void>> CheckoutService::note(OrderId id, std::string note, StaffAct act) {
  auto work = [id, note](Transaction& tx) { return set_note(tx, id, note); };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done) co_await audit(act, "order.note", id);
  co_return done;
}

Task<Result<void>> CheckoutService::staff_cancel(OrderId id, StaffAct act) {
  auto work = [this, id, act, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto order = find_order(tx, id);
    if (!order) return order.error();
    const std::string actor = act.actor.str();
    switch (order->state) {
      case OrderState::pending_payment:
        return needs_.settlement.end_unpaid(tx, *order, {"staff_cancelled", actor, at});
      case OrderState::closing:
        if (at - order->closing.value_or(at) < kSilenceMax) return {};
        return needs_.settlement.release_by_hand(tx, *order, {"staff_released", actor, at});
      case OrderState::paid:
        return needs_.settlement.give_back(tx, *order, {"staff_cancelled", actor, at});
      case OrderState::closed:
      case OrderState::refunding:
      case OrderState::refunded:
        return {};
      case OrderState::partly_shipped:
      case OrderState::shipped:
      case OrderState::completed:
        break;
    }
    return kWrongState;
  };
  auto done = co_await needs_.gate.write(std::move(work));
  if (done) co_await audit(act, "order.cancel", id);
  co_return done;
}

Task<void> CheckoutService::audit(StaffAct act, std::string what, OrderId order) {
  AuditEntry entry = audit_entry(act, std::move(what), order.str());
  co_await note_act(&needs_.members, std::move(entry));
}

}  // namespace vitrine
