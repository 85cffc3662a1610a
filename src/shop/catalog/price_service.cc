#include "shop/catalog/price_service.h"

#include <algorithm>

#include "base/log.h"

namespace vitrine {
namespace {

constexpr size_t kTurnedMax = 200;  // entries told of in one round

const Sku* find_sku(const Product& product, SkuId id) {
  const auto found =
      std::find_if(product.skus.begin(), product.skus.end(), [&](const Sku& one) { return one.sku == id; });
  return found == product.skus.end() ? nullptr : &*found;
}

PriceView view_of(const PriceEntry& entry, const Product& product, WallTime now) {
  const Sku* sku = find_sku(product, entry.sku);
  const bool begun = entry.from <= now;
  return {.number = entry.number,
          .sku = entry.sku,
          .kind = entry.kind,
          .tier = entry.tier,
          .label = entry.label,
          .price = entry.price,
          .from_ms = entry.from.ms,
          .until_ms = entry.until ? std::optional(entry.until->ms) : std::nullopt,
          .in_force = begun && sku != nullptr && entry.price.amount <= sku->price.amount};
}

// The entry a draft asks for. Errors: those of PriceService::add().
Result<PriceEntry> entry_of(const PriceDraft& draft, const Product& product, WallTime now) {
  const Sku* sku = find_sku(product, draft.sku);
  if (sku == nullptr) return Error{ErrorKind::not_found, "shop.sku"};
  const bool member = draft.kind == PriceKind::member;
  if (draft.kind == PriceKind::base) return Error{ErrorKind::invalid_input, "shop.price_kind"};
  if (member != draft.tier.has_value()) return Error{ErrorKind::invalid_input, "shop.price_tier"};
  if (draft.price.currency != sku->price.currency) return Error{ErrorKind::invalid_input, "shop.currency"};
  if (draft.price.amount > sku->price.amount) return Error{ErrorKind::invalid_input, "shop.price_above_base"};
  const WallTime from{draft.from_ms.value_or(now.ms)};
  const bool endless = !member && !draft.until_ms;
  const bool over = draft.until_ms && (*draft.until_ms <= from.ms || *draft.until_ms <= now.ms);
  if (endless || over) return Error{ErrorKind::invalid_input, "shop.price_times"};
  return PriceEntry{.sku = draft.sku,
                    .kind = draft.kind,
                    .tier = draft.tier.value_or(0),
                    .label = draft.label,
                    .price = draft.price,
                    .from = from,
                    .until = draft.until_ms ? std::optional(WallTime{*draft.until_ms}) : std::nullopt};
}

}  // namespace

Task<Result<PriceList>> PriceService::list(ProductId id) {
  auto work = [id, now = needs_.clock.wall()](Transaction& tx) -> Result<PriceList> {
    auto product = find_product(tx, id);
    if (!product) return product.error();
    auto entries = prices_of_product(tx, id, now);
    if (!entries) return entries.error();
    PriceList out;
    for (const PriceEntry& entry : *entries) out.items.push_back(view_of(entry, *product, now));
    return out;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<Made<int64_t>>> PriceService::add(IdempotencyKey key, ProductId id, PriceDraft draft,
                                              std::string actor) {
  auto work = [this, key, id, draft, actor,
               now = needs_.clock.wall()](Transaction& tx) -> Result<Made<int64_t>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<int64_t>{**effect, true};
    auto product = find_product(tx, id);
    if (!product) return product.error();
    auto entry = entry_of(draft, *product, now);
    if (!entry) return entry.error();
    auto number = insert_entry(tx, id, *entry, {actor, now});
    if (!number) return number.error();
    if (auto put = record_effect(tx, key, *number, now); !put) return put.error();
    if (auto told = needs_.watcher.product_changed(tx, *product, now); !told) return told.error();
    return Made<int64_t>{*number};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> PriceService::end(ProductId id, int64_t number) {
  auto work = [this, id, number, now = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto product = find_product(tx, id);
    if (!product) return product.error();
    if (auto ended = end_entry(tx, id, number, now); !ended) return ended;
    return needs_.watcher.product_changed(tx, *product, now);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<void> PriceService::keep_time() {
  const WallTime now = needs_.clock.wall();
  auto look = [now](Transaction& tx) { return any_turned_price(tx, now); };
  const auto turned = co_await needs_.gate.read(std::move(look));
  if (!turned || !*turned) co_return;
  auto work = [this, now](Transaction& tx) -> Result<void> {
    auto products = take_turned_prices(tx, now, kTurnedMax);
    if (!products) return products.error();
    for (const ProductId id : *products) {
      auto product = find_product(tx, id);
      if (!product) return product.error();
      if (auto told = needs_.watcher.product_changed(tx, *product, now); !told) return told;
    }
    return {};
  };
  const auto told = co_await needs_.gate.write(std::move(work));
  if (!told) log_warn("shop.prices_not_told", {{"reason", told.error().reason}});
}

}  // namespace vitrine
