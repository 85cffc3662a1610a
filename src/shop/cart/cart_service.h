// A viewer's cart. Prices and stock in its answers are of this moment; nothing is promised until an
// order holds it.
//
// Owns    nothing. Thread  any core.
#pragma once

#include <string>

#include "runtime/core.h"
#include "shop/cart/cart_dto.h"
#include "shop/gate/gate.h"

namespace vitrine {

class CartService {
 public:
  CartService(Gate& gate, const Clock& clock) : gate_(gate), clock_(clock) {}

  Task<Result<CartView>> view(std::string viewer);
  // Errors: `not_found` "shop.sku", `conflict` "shop.cart_full".
  Task<Result<void>> set_line(std::string viewer, SkuId sku, int64_t quantity);

 private:
  Gate& gate_;
  const Clock& clock_;
};

}  // namespace vitrine
