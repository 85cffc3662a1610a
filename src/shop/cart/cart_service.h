// A viewer's cart. Prices and stock in its answers are of this moment; nothing is promised until an
// order holds it.
//
// Owns    nothing. Thread  any core.
#pragma once

#include <optional>
#include <string>

#include "runtime/core.h"
#include "shop/cart/cart_dto.h"
#include "shop/gate/gate.h"
#include "shop/gate/tiers.h"

namespace vitrine {

class CartService {
 public:
  CartService(Gate& gate, const Clock& clock, const Tiers& tiers)
      : gate_(gate), clock_(clock), tiers_(tiers) {}

  // At the prices in force for `buyer`, or for a guest.
  Task<Result<CartView>> view(std::string viewer, std::optional<AccountId> buyer = {});
  // Errors: `not_found` "shop.sku", `conflict` "shop.cart_full".
  Task<Result<void>> set_line(std::string viewer, SkuId sku, int64_t quantity);

 private:
  Gate& gate_;
  const Clock& clock_;
  const Tiers& tiers_;
};

}  // namespace vitrine
