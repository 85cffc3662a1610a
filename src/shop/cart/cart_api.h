// HTTP of the cart: /v1/cart.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "shop/cart/cart_service.h"

namespace vitrine {

class CartApi {
 public:
  explicit CartApi(CartService& service) : service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<CartView>> get(Call call);
  Task<Reply<CartView>> set_line(Call call, CartLineDraft draft);

  CartService& service_;
};

}  // namespace vitrine
