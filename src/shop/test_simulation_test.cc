#include "shop/test_simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "shop/checkout/invariants.h"
#include "shop/ledger/ledger.h"
#include "shop/schema.h"

namespace vitrine {
namespace {

constexpr int kBuyers = 5;
constexpr int kProducts = 3;
constexpr uint64_t kFaultOneIn = 60;
constexpr int kLookWholeEvery = 250;
const StaffAct kStaff{AccountId{7}, "::1"};

std::shared_ptr<const Config> sim_config(int64_t timeouts) {
  auto config = std::make_shared<Config>(shop_config_keys());
  const std::pair<const char*, std::string> settings[] = {
      {"payments.sandbox_timeouts", std::to_string(timeouts)},
      {"shop.reconcile_s", "86400"},
      {"shop.open_orders", "100"}};
  for (const auto& [key, value] : settings) check(!config->set_text(key, value, "test"), "a good value");
  return config;
}

}  // namespace

Simulation::Simulation(uint64_t seed, std::string scratch, const Mutant* mutant)
    : choices_(seed),
      storage_(seed + 1, shop_migrations()),
      mutant_(mutant),
      scratch_(std::move(scratch)),
      random_(seed + 2),
      ledger_head_(kLedgerGenesis) {
  // A new key is made of randomness that is not the seed's.
  SystemRandom secret;
  FieldCipher first(secret);
  check(first.load(scratch_ + "/field.key").ok(), "a key for addresses");
}

Simulation::~Simulation() = default;

std::string Simulation::play(int steps) {
  Cores cores(1);
  cores.at(0).set_config(sim_config(8));
  cores.start();
  const std::string broken = wait_on(cores.at(0), run(steps));
  cores.stop();
  return broken;
}

Task<void> Simulation::start_process() {
  services_ = std::make_unique<ShopServices>(ServiceNeeds{.clock = clock_,
                                                          .random = random_,
                                                          .ids = ids_,
                                                          .data_directory = scratch_,
                                                          .media = media_,
                                                          .ops = ops_,
                                                          .members = members_,
                                                          .publish_delay = [] { return Milliseconds(200); },
                                                          .sandbox = true,
                                                          .manual = true});
  check(services_->cipher.load(scratch_ + "/field.key").ok(), "a key for addresses");
  services_->gate.open(std::make_unique<SimDatabase>(storage_));
  const auto loaded = co_await services_->gate.load();
  if (!loaded) broken_ = "the fence cannot be read";
  co_await services_->caretaker.tick();
}

Task<std::string> Simulation::run(int steps) {
  co_await set_up();
  storage_.set_mutant(mutant_);
  storage_.set_faults(kFaultOneIn);
  std::string broken = look(true);
  int step = 0;
  for (; step < steps && broken.empty(); ++step) {
    co_await act();
    while (storage_.crashed()) {
      storage_.come_back();
      ++counts_["restart"];
      co_await start_process();
    }
    broken = look(step % kLookWholeEvery == kLookWholeEvery - 1);
  }
  if (broken.empty()) {
    co_await come_to_rest();
    broken = look(true);
  }
  count_edges();
  for (size_t end = 0; end < kSimEnds.size(); ++end) {
    counts_["commit " + std::string(kSimEnds[end])] += storage_.ends()[end];
  }
  co_return broken.empty() ? broken : fmt::format("step {}: {}", step, broken);
}

Task<void> Simulation::set_up() {
  for (int at = 0; at < kBuyers; ++at) buyers_.push_back({.id = ids_.next<AccountId>()});
  co_await start_process();
  for (int at = 0; at < kProducts; ++at) {
    ProductDraft draft{.name = "p" + std::to_string(at),
                       .category = at == 0 ? "tea" : "mugs",
                       .variants = {{std::nullopt, "one", {990 + at * 333, {}}, 6 + at * 20}}};
    const auto made = co_await services_->catalog.create(fresh_key(), std::move(draft), "usr_sim");
    check(made.ok(), "a product is made");
    products_.push_back(made->id);
    const auto view = co_await services_->catalog.product(made->id);
    skus_.push_back(view->variants.front().sku);
  }
  const auto arranged = co_await services_->showcase.arrange("demo", products_);
  check(arranged.ok(), "the showcase takes them");
  for (int at = 0; at < 3; ++at) co_await make_coupon();
}

Task<void> Simulation::act() {
  using Act = Task<void> (Simulation::*)(Buyer&);
  using StaffOrTime = Task<void> (Simulation::*)();
  struct Choice {
    uint64_t weight;
    Act buyer;
    StaffOrTime other;
  };
  static constexpr Choice choices[] = {
      {18, &Simulation::place, nullptr},       {5, nullptr, &Simulation::repeat_place},
      {15, &Simulation::pay, nullptr},         {15, nullptr, &Simulation::choose_outcome},
      {6, &Simulation::buyer_ends, nullptr},   {8, &Simulation::claim_coupon, nullptr},
      {7, nullptr, &Simulation::staff_orders}, {5, nullptr, &Simulation::staff_sells},
      {8, &Simulation::grab, nullptr},         {1, nullptr, &Simulation::make_coupon},
      {12, nullptr, &Simulation::pass_time}};
  uint64_t left = choices_.below(100);
  for (const Choice& choice : choices) {
    if (left >= choice.weight) {
      left -= choice.weight;
      continue;
    }
    if (choice.buyer != nullptr) co_await (this->*choice.buyer)(any_buyer());
    if (choice.other != nullptr) co_await (this->*choice.other)();
    co_return;
  }
}

OrderId Simulation::any_order(const Buyer& buyer) {
  if (buyer.orders.empty()) return {};
  // Mostly among the newest: old ones have ended.
  const size_t newest = std::min<size_t>(buyer.orders.size(), 4);
  return buyer.orders[buyer.orders.size() - 1 - choices_.below(newest)];
}

Task<void> Simulation::place(Buyer& buyer) {
  PlaceRequest request{.key = fresh_key(),
                       .buyer = buyer.id,
                       .buyer_name = "sim",
                       .room = "demo",
                       .address = choices_.below(8) == 0 ? std::nullopt : std::optional(AddressId{1}),
                       .test = true};
  for (uint64_t line = 0; line <= choices_.below(2); ++line) {
    const SkuId sku = skus_[choices_.below(skus_.size())];
    auto read = [sku](Transaction& tx) { return find_offer(tx, sku); };
    const auto offer = co_await services_->gate.read(std::move(read));
    if (!offer) co_return;
    request.lines.push_back({sku, 1 + static_cast<int64_t>(choices_.below(3)), offer->price_version});
  }
  std::optional<std::vector<ClaimId>> named;
  if (choices_.below(3) == 0) named.emplace();
  const auto quote = co_await services_->checkout.quote(buyer.id, request.lines, named);
  if (!quote) co_return;
  for (const QuoteCoupon& one : quote->coupons) {
    if (one.chosen) request.coupons.push_back(one.claim.claim);
  }
  request.total = quote->total;
  if (choices_.below(15) == 0) ++request.total.amount;
  const auto placed = co_await services_->checkout.place(request);
  note("place", placed);
  if (placed && placed->refusal) {
    ++counts_["refused " + std::string(placed->refusal->error.reason)];
    co_return;
  }
  sent_.push_back({request, placed ? placed->order : OrderId{}});
  if (!placed) co_return;
  buyer.orders.push_back(placed->order);
  acknowledged_.push_back(placed->order);
}

// The same tap again: the same order, whatever happened to the first answer (SHOP-RULES 17).
Task<void> Simulation::repeat_place() {
  if (sent_.empty()) co_return;
  Sent& sent = sent_[sent_.size() - 1 - choices_.below(std::min<size_t>(sent_.size(), 5))];
  const auto placed = co_await services_->checkout.place(sent.request);
  note("repeat", placed);
  if (!placed || placed->refusal) {
    if (placed && sent.order) broken_ = sent.order.str() + ": its key was forgotten";
    co_return;
  }
  if (sent.order && sent.order != placed->order) broken_ = sent.order.str() + ": one key made two orders";
  if (!sent.order) {
    for (Buyer& buyer : buyers_) {
      if (buyer.id == sent.request.buyer) buyer.orders.push_back(placed->order);
    }
    acknowledged_.push_back(placed->order);
  }
  sent.order = placed->order;
}

Task<void> Simulation::pay(Buyer& buyer) {
  const OrderId order = any_order(buyer);
  if (!order) co_return;
  if (choices_.below(4) == 0) {
    const auto set = co_await services_->checkout.change_address(order, buyer.id, AddressId{1});
    note("address", set);
  }
  const std::string provider = choices_.below(4) == 0 ? "manual" : "sandbox";
  const auto begun = co_await services_->desk.begin(fresh_key(), order, buyer.id, provider);
  note("begin", begun);
  if (!begun) co_return;
  payments_.push_back(begun->id);
  if (provider == "manual" && choices_.below(2) == 0) {
    const auto confirmed = co_await services_->desk.confirm_by_hand(order, "usr_sim");
    note("confirm", confirmed);
    co_return;
  }
  // Most buyers who began go through with it.
  if (choices_.below(3) != 0) co_await choose_outcome();
}

Task<void> Simulation::choose_outcome() {
  if (payments_.empty()) co_return;
  if (choices_.below(8) == 0) {
    const OrderId order = any_order(any_buyer());
    const auto confirmed = co_await services_->desk.confirm_by_hand(order, "usr_sim");
    note("confirm", confirmed);
    co_return;
  }
  const PaymentId payment =
      payments_[payments_.size() - 1 - choices_.below(std::min<size_t>(payments_.size(), 3))];
  const auto names = enum_names(SandboxOutcome{});
  // Money that comes late is the rarest road to a second payment: it is taken more often.
  const auto outcome = choices_.below(5) == 0 ? SandboxOutcome::late
                                              : static_cast<SandboxOutcome>(choices_.below(names.size()));
  const auto chosen = co_await services_->sandbox.choose(payment, outcome);
  if (chosen) ++counts_["outcome " + std::string(names[static_cast<size_t>(outcome)])];
}

Task<void> Simulation::buyer_ends(Buyer& buyer) {
  const OrderId order = any_order(buyer);
  if (!order) co_return;
  if (choices_.below(4) == 0) {
    const auto cancelled = co_await services_->checkout.cancel(order, buyer.id);
    note("cancel", cancelled);
    co_return;
  }
  const auto completed = co_await services_->checkout.complete(order, buyer.id, "usr_sim");
  note("complete", completed);
}

Task<void> Simulation::claim_coupon(Buyer& buyer) {
  const CouponId coupon =
      coupons_[coupons_.size() - 1 - choices_.below(std::min<size_t>(coupons_.size(), 4))];
  const std::string key = "tap " + std::to_string(choices_.below(4));
  const auto claimed = co_await services_->coupons.claim(coupon, buyer.id, key);
  note("claim", claimed);
  if (!claimed) co_return;
  buyer.claims.push_back(claimed->id);
  if (choices_.below(3) != 0) co_return;
  const auto again = co_await services_->coupons.claim(coupon, buyer.id, key);
  if (again && again->id != claimed->id) broken_ = claimed->id.str() + ": one key made two claims";
}

Task<void> Simulation::make_coupon() {
  CouponDraft draft{.name = "c" + std::to_string(coupons_.size()),
                    .room = "demo",
                    .quota = 3 + static_cast<int64_t>(choices_.below(20)),
                    .per_buyer = 1 + static_cast<int64_t>(choices_.below(3)),
                    .claim_to_ms = clock_.wall().ms + 3'600'000};
  draft.stackable = choices_.below(2) == 0;
  draft.audience = choices_.below(4) == 0 ? CouponAudience::new_buyers : CouponAudience::everybody;
  if (choices_.below(2) == 0) {
    draft.amount = Money{1 + static_cast<int64_t>(choices_.below(1'500)), {}};
  } else {
    draft.kind = CouponKind::percent;
    draft.percent = 1 + static_cast<int64_t>(choices_.below(99));
  }
  if (choices_.below(3) == 0) {
    draft.scope = CouponScope::category;
    draft.category = "tea";
  }
  draft.use_to_ms = draft.claim_to_ms;
  if (choices_.below(2) == 0) {
    draft.use_to_ms.reset();
    draft.use_within_hours = 1 + static_cast<int64_t>(choices_.below(48));
  }
  const auto made = co_await services_->coupons.create(fresh_key(), std::move(draft));
  note("coupon", made);
  if (made) coupons_.push_back(made->id);
}

Task<void> Simulation::staff_orders() {
  const OrderId order = any_order(any_buyer());
  if (!order) co_return;
  if (choices_.below(4) != 0) {
    // Every other package holds one unit only; the rest waits for the next.
    ShipDraft draft{.carrier = "SF", .tracking = "T" + std::to_string(choices_.below(3)) + order.str()};
    if (choices_.below(2) == 0) draft.lines = {{0, 1}};
    const auto shipped = co_await services_->checkout.ship(order, std::move(draft), kStaff);
    note("ship", shipped);
    co_return;
  }
  const auto cancelled = co_await services_->checkout.staff_cancel(order, kStaff);
  note("staff cancel", cancelled);
}

Task<void> Simulation::staff_sells() {
  const size_t which = choices_.below(skus_.size());
  switch (choices_.below(5)) {
    case 0: {
      const StockDraft draft{static_cast<int64_t>(choices_.below(12)) - 4, "recount"};
      const auto changed =
          co_await services_->catalog.change_stock(fresh_key(), skus_[which], draft, "usr_sim");
      note("stock", changed);
      break;
    }
    case 1: {
      const CouponId coupon = coupons_[choices_.below(coupons_.size())];
      const auto to = choices_.below(2) == 0 ? CouponState::paused : CouponState::active;
      const auto moved = co_await services_->coupons.step(coupon, to);
      note("coupon step", moved);
      break;
    }
    case 2: {
      const FlashSaleDraft draft{
          .room = "demo",
          .items = {{skus_[which], {500, {}}, 1 + static_cast<int64_t>(choices_.below(4))}},
          .duration_s = 900,
          .per_buyer = 2,
          .per_order = 2};
      const auto made = co_await services_->sales.create(fresh_key(), draft, "usr_sim");
      if (!made) break;
      const auto begun = co_await services_->sales.start(made->id, "usr_sim");
      note("sale", begun);
      if (begun && !*begun) sales_.push_back(made->id);
      break;
    }
    case 3: {
      if (sales_.empty()) break;
      const auto paused = choices_.below(2) == 0 ? co_await services_->sales.pause(sales_.back(), "usr_sim")
                                                 : co_await services_->sales.resume(sales_.back(), "usr_sim");
      note("sale step", paused);
      break;
    }
    default: {
      const auto view = co_await services_->catalog.product(products_[which]);
      if (!view) break;
      ProductDraft draft{.name = view->name,
                         .variants = {{skus_[which], "one", view->variants.front().price, std::nullopt}},
                         .version = view->version};
      draft.variants.front().price.amount += static_cast<int64_t>(choices_.below(3));
      const auto changed = co_await services_->catalog.change(products_[which], std::move(draft), "usr_sim");
      note("price", changed);
      break;
    }
  }
}

Task<void> Simulation::grab(Buyer& buyer) {
  if (sales_.empty()) co_return;
  const FlashSaleId sale = sales_.back();
  const auto admission = co_await services_->sales.admit(sale, buyer.id);
  note("admit", admission);
  if (!admission) co_return;
  const auto view = co_await services_->sales.view(sale, true);
  if (!view) co_return;
  const GrabCall call{.sale = sale,
                      .draft = {admission->token, view->items.front().sku, 1, {500, {}}},
                      .buyer = buyer.id,
                      .buyer_name = "sim",
                      .key = "tap " + std::to_string(choices_.below(3))};
  const auto answer = co_await services_->sales.grab(call);
  note("grab", answer);
  if (!answer || answer->refusal) co_return;
  if (answer->replayed) co_return;
  buyer.orders.push_back(answer->grab.order);
  acknowledged_.push_back(answer->grab.order);
}

Task<void> Simulation::pass_time() {
  constexpr int64_t seconds[] = {0, 1, 5, 20, 70, 301, 1'900};
  clock_.advance(std::chrono::seconds(seconds[choices_.below(std::size(seconds))]));
  if (choices_.below(25) == 0) {
    ++counts_["wall clock set"];
    clock_.step_wall(std::chrono::minutes(choices_.below(2) == 0 ? 45 : -45));
  }
  if (choices_.below(40) == 0) {
    ++counts_["reboot"];
    clock_.reboot(std::chrono::minutes(choices_.below(30)));
    co_await start_process();
    co_return;
  }
  co_await services_->caretaker.tick();
}

// Without faults everything ends: what waits is paid or closed, what goes back has gone.
Task<void> Simulation::come_to_rest() {
  storage_.set_faults(0);
  Core::current()->set_config(sim_config(0));
  for (const FlashSaleId sale : sales_) {
    const auto stopped = co_await services_->sales.stop(sale, "usr_sim");
    note("sale stop", stopped);
  }
  // Manual payments wait up to two days.
  for (int round = 0; round < 120; ++round) {
    clock_.advance(std::chrono::minutes(30));
    for (int tick = 0; tick < 2; ++tick) co_await services_->caretaker.tick();
  }
  std::string found;
  const auto rest = [&](Transaction& tx) -> Result<void> {
    found = look_at_rest(tx);
    return {};
  };
  storage_.set_mutant(nullptr);
  check(storage_.look(rest).ok(), "the shop at rest is looked at");
  if (broken_.empty()) broken_ = found;
  const auto bill = co_await services_->desk.check_bill("sandbox", {{0}, {INT64_MAX}});
  if (broken_.empty() && (!bill || !bill->differences.empty())) broken_ = "the provider's bill is not ours";
}

std::string Simulation::look(bool whole) {
  if (!broken_.empty()) return broken_;
  if (services_->gate.fenced()) return "fenced: " + services_->gate.why();
  std::set<OrderId> touched;
  bool grabs = false;
  for (const OutboxEvent& event : storage_.take_events()) {
    grabs |= event.kind == "FlashStockChanged";
    if (event.kind != "OrderChanged") continue;
    const OrderId order = OrderId::parse(event.aggregate).value_or(OrderId{});
    touched.insert(order);
    told_[order] = event.version;
  }
  std::string out;
  const auto work = [&](Transaction& tx) -> Result<void> {
    if (grabs || mutant_ != nullptr) {
      const auto newest = tx.query("SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 2");
      if (!newest) return newest.error();
      for (const Row& row : *newest) touched.insert(row.id<OrderId>(0));
    }
    for (const OrderId order : touched) {
      if (out = look_at_order(tx, order); !out.empty()) return {};
    }
    if (out = look_at_pools(tx); !out.empty()) return {};
    if (out = look_at_ledger(tx); !out.empty() || !whole) return {};
    auto breaches = find_breaches(tx);
    if (!breaches) return breaches.error();
    if (!breaches->empty()) out = breaches->front();
    for (const OrderId order : acknowledged_) {
      if (out.empty() && !find_order(tx, order)) out = order.str() + " was acknowledged and is gone";
    }
    return {};
  };
  storage_.set_mutant(nullptr);
  const auto looked = storage_.look(work);
  storage_.set_mutant(mutant_);
  return looked ? out : "cannot look: " + std::string(looked.error().reason);
}

std::string Simulation::look_at_order(Transaction& tx, OrderId id) {
  const auto rows = tx.query(
      "SELECT state, version, sale IS NULL, total, discount, close_reason, "
      "(SELECT COUNT(*) FROM order_event e WHERE e.shop_id = o.shop_id AND e.order_id = o.order_id), "
      "(SELECT COALESCE(SUM(quantity), 0) FROM order_line l WHERE l.shop_id = o.shop_id AND l.order_id = "
      "o.order_id), "
      "(SELECT COALESCE(SUM(discount), 0) FROM order_line l WHERE l.shop_id = o.shop_id AND l.order_id = "
      "o.order_id), "
      "(SELECT COALESCE(SUM(CASE WHEN (o.state IN (0, 1) AND h.state = 0) OR (o.state IN (2, 3, 4, 6, 7, 8) "
      "AND "
      "h.state = 1) OR (o.state = 5 AND h.state IN (2, 3)) THEN quantity ELSE -1000 END), 0) FROM hold h "
      "WHERE h.shop_id = o.shop_id AND h.owner = o.order_id), "
      "(SELECT COUNT(*) FROM payment_attempt a WHERE a.shop_id = o.shop_id AND a.order_id = o.order_id AND "
      "a.state = 3 AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.shop_id = a.shop_id AND r.payment = "
      "a.payment AND r.reason IN ('late_payment', 'paid_twice'))), "
      "(SELECT COUNT(*) FROM payment_attempt a WHERE a.shop_id = o.shop_id AND a.order_id = o.order_id AND "
      "a.state IN (0, 1, 2, 6)), "
      "(SELECT COUNT(*) FROM order_coupon c WHERE c.shop_id = o.shop_id AND c.order_id = o.order_id), "
      "(SELECT COALESCE(SUM(amount), 0) FROM order_coupon c WHERE c.shop_id = o.shop_id AND c.order_id = "
      "o.order_id), "
      "(SELECT COUNT(*) FROM coupon_claim k WHERE k.shop_id = o.shop_id AND k.order_id = o.order_id AND "
      "k.state = CASE WHEN o.state IN (0, 1) THEN 1 ELSE 2 END), "
      "(SELECT COUNT(*) FROM coupon_claim k WHERE k.shop_id = o.shop_id AND k.order_id = o.order_id) "
      "FROM orders o WHERE o.shop_id = 'default' AND o.order_id = $1",
      id);
  if (!rows || rows->empty()) return id.str() + " was told of and is not there";
  const Row& row = rows->front();
  const auto state = static_cast<OrderState>(row.integer(0));
  const bool plain = row.integer(2) != 0;
  const bool kept =
      state != OrderState::pending_payment && state != OrderState::closing && state != OrderState::closed;
  const bool sold = state == OrderState::paid || state == OrderState::partly_shipped ||
                    state == OrderState::shipped || state == OrderState::completed;
  const bool waits = holds_stock(state);
  const int64_t claims = sold || waits ? row.integer(12) : 0;
  const auto fault = [&]() -> std::string_view {
    if (row.integer(6) != row.integer(1) - (plain ? 0 : 1)) return "its steps are not its version";
    if ((plain || row.integer(1) > 1) && told_[id] != row.integer(1)) return "its newest state was not told";
    if (plain && row.integer(7) != row.integer(9)) return "its units are not set aside as its state says";
    if (plain && row.integer(8) != row.integer(4)) return "its lines carry another discount";
    if (plain && row.integer(13) != row.integer(4)) return "its coupons take off something else";
    if (row.integer(10) != (kept && row.integer(3) > 0 ? 1 : 0)) return "it kept not exactly one payment";
    const bool released = row.maybe_text(5) == "staff_released";
    if (state == OrderState::closed && row.integer(11) > 0 && !released)
      return "it closed under an open attempt";
    if (row.integer(14) != claims || row.integer(15) != claims)
      return "its coupons are not as its state says";
    return {};
  }();
  return fault.empty() ? std::string()
                       : id.str() + " (" + std::string(name_of(state)) + "): " + std::string(fault);
}

std::string Simulation::look_at_pools(Transaction& tx) {
  const auto rows = tx.query("SELECT pool, version, free, held, sold FROM pool");
  if (!rows) return "pools cannot be read";
  for (const Row& row : *rows) {
    auto& [version, units] = pools_[row.integer(0)];
    if (version == row.integer(1)) continue;
    const auto moves = tx.query(
        "SELECT free_change, held_change, sold_change FROM movement WHERE shop_id = 'default' AND pool = $1 "
        "AND n > $2",
        row.integer(0), version);
    const auto held = tx.query(
        "SELECT (SELECT COALESCE(SUM(quantity), 0) FROM hold WHERE shop_id = 'default' AND pool = $1 AND "
        "state "
        "= 0) + (SELECT COALESCE(SUM(units), 0) FROM orders WHERE shop_id = 'default' AND state IN (0, 1) "
        "AND "
        "pool = $1)",
        row.integer(0));
    if (!moves || !held) return "movements cannot be read";
    for (const Row& move : *moves) {
      for (size_t at = 0; at < units.size(); ++at) units[at] += move.integer(at);
    }
    version = row.integer(1);
    const bool whole = units[0] == row.integer(2) && units[1] == row.integer(3) && units[2] == row.integer(4);
    if (!whole) return "a pool is not the sum of its movements";
    if (held->front().integer(0) != row.integer(3)) return "a pool holds what nobody set aside";
  }
  return {};
}

std::string Simulation::look_at_ledger(Transaction& tx) {
  const auto rows = tx.query(
      "SELECT n, at_ms, cause, order_id, payment, refund, hash FROM ledger_entry WHERE shop_id = 'default' "
      "AND "
      "n > $1 ORDER BY n",
      ledger_n_);
  if (!rows) return "the ledger cannot be read";
  for (const Row& row : *rows) {
    const auto lines = tx.query(
        "SELECT account, amount, currency FROM ledger_line WHERE shop_id = 'default' AND n = $1 ORDER BY "
        "line",
        row.integer(0));
    if (!lines) return "the ledger cannot be read";
    LedgerEntry entry{row.integer(0),       row.time(1),         row.text(2), row.id<OrderId>(3),
                      row.id<PaymentId>(4), row.id<RefundId>(5), {}};
    for (const Row& line : *lines) {
      entry.lines.push_back({static_cast<LedgerAccount>(line.integer(0)),
                             {line.integer(1), Currency::parse(line.text(2)).value_or(Currency{})}});
    }
    if (entry.n != ledger_n_ + 1 || entry.lines.empty()) return "a ledger entry is missing";
    if (!is_balanced(entry.lines)) return "a ledger entry does not balance";
    if (chain_hash(ledger_head_, entry) != row.text(6)) return "the ledger's chain is broken";
    ledger_n_ = entry.n;
    ledger_head_ = row.text(6);
  }
  return {};
}

std::string Simulation::look_at_rest(Transaction& tx) {
  constexpr std::pair<std::string_view, std::string_view> must_be_none[] = {
      {"orders that still wait", "SELECT COUNT(*) FROM orders WHERE state IN (0, 1, 6)"},
      {"refunds that never came", "SELECT COUNT(*) FROM refund WHERE state <> 1"},
      {"units held for nobody", "SELECT COUNT(*) FROM pool WHERE held <> 0"},
      {"notices nobody read", "SELECT COUNT(*) FROM payment_inbox WHERE outcome IS NULL"},
      {"attempts without an end", "SELECT COUNT(*) FROM payment_attempt WHERE state IN (0, 1, 2, 6)"},
      {"money the provider took and nobody booked",
       "SELECT COUNT(*) FROM sandbox_payment p WHERE p.state = 2 AND NOT EXISTS (SELECT 1 FROM "
       "payment_attempt "
       "a WHERE a.payment = p.payment AND a.state = 3)"},
      {"claims beyond their time", "SELECT COUNT(*) FROM coupon_claim WHERE state = 1"},
      {"keys with two orders",
       "SELECT COUNT(*) FROM (SELECT effect FROM idempotency WHERE scope = 'sim' GROUP BY key HAVING "
       "COUNT(*) > "
       "1) twice"}};
  for (const auto& [what, sql] : must_be_none) {
    const auto rows = tx.query(sql);
    if (!rows || rows->front().integer(0) != 0) return "at rest: " + std::string(what);
  }
  return {};
}

void Simulation::count_edges() {
  const auto work = [this](Transaction& tx) -> Result<void> {
    for (const auto& [name, sql] :
         {std::pair{"order",
                    "SELECT COALESCE(from_state, -1), to_state, COUNT(*) FROM order_event GROUP BY 1, 2"},
          std::pair{"claim", "SELECT from_state, to_state, COUNT(*) FROM coupon_event GROUP BY 1, 2"},
          std::pair{"sale",
                    "SELECT COALESCE(from_state, -1), to_state, COUNT(*) FROM flash_move GROUP BY 1, 2"},
          std::pair{"refund",
                    "SELECT 0, CASE reason WHEN 'late_payment' THEN 1 WHEN 'paid_twice' THEN 2 ELSE 3 "
                    "END, COUNT(*) FROM refund GROUP BY 2"},
          std::pair{"attempt", "SELECT 0, state, COUNT(*) FROM payment_attempt GROUP BY 2"}}) {
      const auto rows = tx.query(sql);
      if (!rows) return rows.error();
      for (const Row& row : *rows) {
        counts_[fmt::format("{} {}>{}", name, row.integer(0), row.integer(1))] += row.integer(2);
      }
    }
    return {};
  };
  check(storage_.look(work).ok(), "the edges are counted");
}

}  // namespace vitrine
