// The price list as staff keep it. What is in force is decided by the server's clock, at the moment somebody
// looks or buys; rooms only hear that prices have changed, never which.
//
// Owns    nothing. Thread  any core.
// Never   deletes an entry an order may name, or puts a price into an event.
#pragma once

#include <string>

#include "shop/catalog/catalog_service.h"
#include "shop/catalog/price_dto.h"
#include "shop/catalog/price_store.h"

namespace vitrine {

struct PriceNeeds {
  Gate& gate;
  const Clock& clock;
  const ProductWatcher& watcher;
};

class PriceService {
 public:
  explicit PriceService(PriceNeeds needs) : needs_(needs) {}

  // Errors: `not_found` "shop.product".
  Task<Result<PriceList>> list(ProductId product);
  // Errors: `not_found` "shop.product" | "shop.sku", `invalid_input` "shop.price_kind", "shop.price_tier",
  // "shop.price_times", "shop.price_above_base", "shop.currency", `conflict` "shop.prices_full".
  Task<Result<Made<int64_t>>> add(IdempotencyKey key, ProductId product, PriceDraft draft, std::string actor);
  // Ends it now. Errors: `not_found` "shop.product" | "shop.price".
  Task<Result<void>> end(ProductId product, int64_t number);
  // Tells rooms of prices that began or ended by themselves.
  Task<void> keep_time();

 private:
  PriceNeeds needs_;
};

}  // namespace vitrine
