#include "shop/cart/cart_api.h"

namespace vitrine {
namespace {

// Whose prices the cart has; nobody's for a guest.
std::optional<AccountId> buyer_of(const Call& call) {
  if (call.caller.viewer != Caller::Viewer::buyer) return std::nullopt;
  return call.caller.account;
}

}  // namespace

void CartApi::add_routes(Router& router) {
  router.add<NoBody, CartView>({.method = HttpMethod::get,
                                .path = "/v1/cart",
                                .operation = "getCart",
                                .tag = "shop",
                                .summary = "The viewer's cart",
                                .access = Access::viewer},
                               [this](Call call) { return get(std::move(call)); });
  router.add<CartLineDraft, CartView>(
      {.method = HttpMethod::put,
       .path = "/v1/cart/lines/{sku}",
       .operation = "setCartLine",
       .tag = "shop",
       .summary = "Set how many of a SKU are in the cart",
       .access = Access::viewer},
      [this](Call call, CartLineDraft draft) { return set_line(std::move(call), draft); });
}

Task<Reply<CartView>> CartApi::get(Call call) {
  auto view = co_await service_.view(call.caller.viewer_id(), buyer_of(call));
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<CartView>> CartApi::set_line(Call call, CartLineDraft draft) {
  const auto sku = SkuId::parse(call.param("sku"));
  if (!sku) co_return Error{ErrorKind::not_found, "shop.sku"};
  const auto done = co_await service_.set_line(call.caller.viewer_id(), *sku, draft.quantity);
  if (!done) co_return done.error();
  auto view = co_await service_.view(call.caller.viewer_id(), buyer_of(call));
  if (!view) co_return view.error();
  co_return std::move(*view);
}

}  // namespace vitrine
