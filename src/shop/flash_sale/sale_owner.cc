#include "shop/flash_sale/sale_owner.h"

#include <algorithm>

#include "shop/gate/gate.h"
#include "shop/gate/restored.h"
#include "shop/stock/stock_store.h"

namespace vitrine {
namespace {

constexpr Error kNoSale{ErrorKind::not_found, "shop.flash_sale"};
constexpr Error kNoSku{ErrorKind::not_found, "shop.sku"};
constexpr Error kKeyReused{ErrorKind::conflict, "request.idempotency_key_reused"};

Result<GrabAnswer> same_again(const FoundGrab& found, const GrabRequest& request, const Sale& sale) {
  const SaleSku* sku = sale.find(request.sku);
  const bool same =
      sku != nullptr && sku->pool && sku->pool->pool == found.grab.pool && found.grab.units == request.units;
  if (!same) return kKeyReused;
  return GrabAnswer{.refusal = {}, .grab = found, .replayed = true};
}

GrabRefusal ended() {
  return {.error = {ErrorKind::conflict, "shop.ended"}, .total = {}, .place = {}};
}

bool is_live(SaleState state) {
  return state != SaleState::draft && state != SaleState::settled;
}

// Grabs of a sale nobody can grab from: a draft is nobody's business, a settled one still knows its orders.
Result<void> answer_over(Transaction& tx, const Result<Sale>& sale, std::span<SaleItem* const> items) {
  for (SaleItem* item : items) {
    item->answer = kNoSale;
    if (!sale || sale->state == SaleState::draft) continue;
    auto found = find_grab(tx, item->grab->sale, item->grab->buyer, item->grab->key);
    if (!found) return found.error();
    item->answer = GrabAnswer{.refusal = ended(), .grab = {}, .replayed = false};
    if (*found) item->answer = same_again(**found, *item->grab, *sale);
  }
  return {};
}

}  // namespace

void SaleOwner::forget() {
  memory_.with([](auto& memory) {
    for (auto& [id, one] : memory) one.known = false;
  });
}

std::optional<Sale> SaleOwner::sale(FlashSaleId id) const {
  return memory_.with([&](const auto& memory) {
    const auto found = memory.find(id);
    return found == memory.end() ? std::nullopt : std::optional(found->second.sale);
  });
}

std::vector<Sale> SaleOwner::sales() const {
  return memory_.with([](const auto& memory) {
    std::vector<Sale> out;
    for (const auto& [id, one] : memory) out.push_back(one.sale);
    return out;
  });
}

std::optional<std::string> SaleOwner::room_of(FlashSaleId id) const {
  return memory_.with([&](const auto& memory) {
    const auto found = memory.find(id);
    return found == memory.end() ? std::nullopt : std::optional(found->second.sale.room);
  });
}

std::optional<SaleGlance> SaleOwner::glance(FlashSaleId id, std::optional<SkuId> sku, AccountId buyer) const {
  return memory_.with([&](const auto& memory) -> std::optional<SaleGlance> {
    const auto found = memory.find(id);
    if (found == memory.end()) return std::nullopt;
    const Memory& one = found->second;
    SaleGlance out{one.sale.state, one.sale.times, {}, one.buyers.contains(buyer)};
    const SaleSku* asked = sku ? one.sale.find(*sku) : nullptr;
    if (asked != nullptr) out.pool = asked->pool;
    return out;
  });
}

BuyerStanding SaleOwner::standing(FlashSaleId id, AccountId buyer) const {
  return memory_.with([&](const auto& memory) {
    BuyerStanding out;
    const auto found = memory.find(id);
    if (found == memory.end()) return out;
    out.grabbed = found->second.buyers.contains(buyer);
    for (const auto& [sku, line] : found->second.lines) {
      out.place = line.place_of(buyer);
      out.turn = line.turn_of(buyer);
      out.sku = sku;
      if (out.place || out.turn) return out;
    }
    out.sku.reset();
    return out;
  });
}

size_t SaleOwner::waiting(FlashSaleId id, SkuId sku) const {
  return memory_.with([&](const auto& memory) -> size_t {
    const auto found = memory.find(id);
    if (found == memory.end()) return 0;
    const auto line = found->second.lines.find(sku);
    return line == found->second.lines.end() ? 0 : line->second.waiting();
  });
}

Result<void> SaleOwner::decide(Transaction& tx, std::span<BatchItem* const> items) {
  std::map<FlashSaleId, Items> by_sale;
  std::optional<Moment> look;
  const bool fenced = fence_stands(tx);
  const bool closed = !fenced && closed_for_sale(tx);
  for (BatchItem* waiting : items) {
    auto& item = static_cast<SaleItem&>(*waiting);
    item.answer = fenced ? Result<GrabAnswer>(kFenced) : Result<GrabAnswer>(GrabAnswer{});
    if (fenced) continue;
    if (closed && item.grab) item.answer = kRestored;
    if (closed && item.grab) continue;
    if (item.grab) by_sale[item.grab->sale].push_back(&item);
    if (!item.grab) look = item.now;
  }
  for (const auto& [sale, grabs] : by_sale) {
    if (auto decided = decide_sale(tx, sale, grabs, grabs.back()->now); !decided) return decided;
  }
  return look ? look_round(tx, *look) : Result<void>{};
}

Result<void> SaleOwner::look_round(Transaction& tx, const Moment& now) {
  auto live = live_sales(tx);
  if (!live) return live.error();
  memory_.with([&](auto& memory) {
    std::erase_if(memory, [&](const auto& one) {
      return std::find(live->begin(), live->end(), one.first) == live->end();
    });
  });
  for (const FlashSaleId id : *live) {
    if (auto looked = decide_sale(tx, id, {}, now); !looked) return looked;
  }
  return {};
}

// Reads the sale, follows what others did to it, calls whose turn it is, then takes the grabs in the order
// they came. The lock is held while memory decides, not while rows are written.
Result<void> SaleOwner::decide_sale(Transaction& tx, FlashSaleId id, const Items& items, const Moment& now) {
  auto stored = find_sale(tx, id);
  if (!stored && stored.error().kind != ErrorKind::not_found) return stored.error();
  if (!stored || !is_live(stored->state)) return answer_over(tx, stored, items);
  Sale& sale = *stored;
  Works works;
  const auto decided = memory_.with([&](auto& all) -> Result<void> {
    Memory& memory = all[id];
    if (auto followed = follow(tx, sale, memory); !followed) return followed;
    const auto closed = closed_refusal(sale.state, sale.times, now.wall);
    for (SaleSku& sku : sale.skus) {
      PoolWork& work = works[sku.offer.sku];
      work.sku = &sku;
      SaleLine& line = memory.lines[sku.offer.sku];
      if (!closed) work.turns = line.call(*sku.pool, now);
      if (closed && closed->reason == "shop.ended") line.clear();
    }
    if (auto taken = decide_items(tx, sale, memory, works, items); !taken) return taken;
    memory.sale = sale;
    return {};
  });
  if (!decided) return decided;
  for (auto& [sku, work] : works) {
    if (auto written = write(tx, sale, work, now.wall); !written) return written;
  }
  return {};
}

// What others wrote since this memory was whole: units let go give their buyer's allowance back.
Result<void> SaleOwner::follow(Transaction& tx, const Sale& sale, Memory& memory) {
  if (!memory.known) {
    auto buyers = buyers_of_sale(tx, sale.sale);
    if (!buyers) return buyers.error();
    memory.buyers.clear();
    for (const BuyerUnits& one : *buyers) memory.buyers[one.buyer] = one.units;
    for (const SaleSku& sku : sale.skus) memory.versions[sku.pool->pool] = sku.pool->version;
    memory.known = true;
    return {};
  }
  for (const SaleSku& sku : sale.skus) {
    int64_t& version = memory.versions[sku.pool->pool];
    if (version == sku.pool->version) continue;
    auto steps = steps_since(tx, sku.pool->pool, version);
    if (!steps) return steps.error();
    for (const PoolStep& step : *steps) {
      const bool let_go = step.kind == MovementKind::released || step.kind == MovementKind::expired;
      if (let_go) memory.buyers[step.buyer] -= step.units;
    }
    version = sku.pool->version;
  }
  return {};
}

Result<void> SaleOwner::decide_items(Transaction& tx, Sale& sale, Memory& memory, Works& works,
                                     const Items& items) {
  Done done;
  for (SaleItem* item : items) {
    auto again = answer_again(tx, sale, memory, *item, done);
    if (!again) return again.error();
    if (*again) continue;
    const auto work = works.find(item->grab->sku);
    if (work == works.end()) {
      item->answer = kNoSku;
      continue;
    }
    item->answer = decide_grab(sale, memory, work->second, *item);
    if (!item->answer->value().refusal) done[{item->grab->buyer, item->grab->key}] = item;
  }
  for (auto& [sku, work] : works) {
    if (!work.grabs.empty()) memory.versions[work.sku->pool->pool] = ++work.sku->pool->version;
  }
  return {};
}

// A key used before gives the order it made (SHOP-RULES 17). Memory knows everybody who ever grabbed here.
Result<bool> SaleOwner::answer_again(Transaction& tx, const Sale& sale, const Memory& memory, SaleItem& item,
                                     const Done& done) {
  const GrabRequest& request = *item.grab;
  if (!memory.buyers.contains(request.buyer)) return false;
  if (const auto twin = done.find({request.buyer, request.key}); twin != done.end()) {
    item.answer = same_again(twin->second->answer->value().grab, request, sale);
    return true;
  }
  auto found = find_grab(tx, request.sale, request.buyer, request.key);
  if (!found) return found.error();
  if (!*found) return false;
  item.answer = same_again(**found, request, sale);
  return true;
}

GrabAnswer SaleOwner::decide_grab(const Sale& sale, Memory& memory, PoolWork& work, const SaleItem& item) {
  const GrabRequest& request = *item.grab;
  Pool& pool = *work.sku->pool;
  SaleLine& line = memory.lines[request.sku];
  const auto known = memory.buyers.find(request.buyer);
  const GrabFacts facts{.state = sale.state,
                        .times = sale.times,
                        .per_buyer = sale.plan.per_buyer,
                        .per_order = sale.plan.per_order,
                        .buyer_units = known == memory.buyers.end() ? 0 : known->second,
                        .price = work.sku->offer.price,
                        .pool = pool,
                        .kept = line.kept_from(request.buyer, pool)};
  auto refusal = refuse_grab({request.units, request.total, item.now.wall}, facts);
  if (refusal) {
    if (refusal->error.reason == "shop.all_held")
      refusal->place = line.join(request.buyer, request.units, pool);
    return {.refusal = std::move(refusal), .grab = {}, .replayed = false};
  }
  const NewGrab grab{
      .order = request.order,
      .buyer = request.buyer,
      .buyer_masked = request.buyer_masked,
      .grab = {request.sale, pool.pool, request.units},
      .key = request.key,
      .total = request.total,
      .test = request.test,
      .created = item.now.wall,
      .pay_by = deadline_in(std::chrono::minutes(sale.plan.pay_minutes), item.now.wall, item.now.boot)};
  pool.free -= request.units;
  pool.held += request.units;
  work.units += request.units;
  memory.buyers[request.buyer] += request.units;
  line.leave(request.buyer);
  work.grabs.push_back(grab);
  return {.refusal = {},
          .grab = {grab.order, grab.grab, grab.total, grab.pay_by.wall, OrderState::pending_payment},
          .replayed = false};
}

// The set of one pool: orders, movement, pool, events.
Result<void> SaleOwner::write(Transaction& tx, const Sale& sale, PoolWork& work, WallTime at) {
  for (const SaleLine::Turn& turn : work.turns) {
    const FlashTurnCame event{sale.sale, work.sku->offer.sku, turn.buyer, turn.until.ms};
    if (auto told = tx.emit(turn.buyer.str(), turn.until.ms, event); !told) return told;
  }
  if (work.grabs.empty()) return {};
  if (auto put = insert_grabs(tx, sale.room, work.grabs); !put) return put;
  const MovementNote note{{}, "grabbed", "buyers", at};
  const Pool& pool = *work.sku->pool;
  if (auto moved = write_movement(tx, pool, MovementKind::held, work.units, note); !moved) return moved;
  std::vector<GrabMade> made;
  made.reserve(work.grabs.size());
  for (const NewGrab& grab : work.grabs) {
    made.push_back({grab.order, grab.buyer, grab.buyer_masked, grab.total, grab.pay_by.wall.ms});
  }
  return tell_pool(tx, sale, work.sku->offer, pool, std::move(made));
}

}  // namespace vitrine
