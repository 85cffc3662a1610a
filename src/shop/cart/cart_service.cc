#include "shop/cart/cart_service.h"

#include <algorithm>

#include "shop/cart/cart_store.h"
#include "shop/catalog/catalog_config.h"
#include "shop/catalog/price_store.h"
#include "shop/stock/stock_store.h"

namespace vitrine {
namespace {

Result<CartLineView> line_view(Transaction& tx, const CartLine& line, PriceEyes eyes) {
  auto offer = find_offer_for(tx, line.sku, eyes);
  if (!offer) return offer.error();
  auto pool = pool_of(tx, line.sku);
  if (!pool) return pool.error();
  return CartLineView{.sku = line.sku,
                      .quantity = line.quantity,
                      .product = offer->product,
                      .name = offer->product_name,
                      .variant = offer->variant_name,
                      .price = offer->price_hidden ? std::nullopt : std::optional(offer->price),
                      .price_version = offer->price_hidden ? 0 : offer->price_version,
                      .picture = offer->picture ? std::optional(picture_url(*offer->picture)) : std::nullopt,
                      .free = pool->free,
                      .on_offer = offer->on_offer && !offer->price_hidden,
                      .price_hidden = offer->price_hidden};
}

Result<CartView> read_cart(Transaction& tx, const std::string& viewer, Currency currency, PriceEyes eyes) {
  CartView view{.total = {0, currency}};
  auto lines = cart_of(tx, viewer);
  if (!lines) return lines.error();
  for (const CartLine& line : *lines) {
    auto shown = line_view(tx, line, eyes);
    if (!shown) return shown.error();
    if (shown->on_offer && shown->price) {
      auto subtotal = multiply(*shown->price, line.quantity);
      if (!subtotal) return subtotal.error();
      auto total = add(view.total, *subtotal);
      if (!total) return total.error();
      view.total = *total;
    }
    view.lines.push_back(std::move(*shown));
  }
  return view;
}

}  // namespace

Task<Result<CartView>> CartService::view(std::string viewer, std::optional<AccountId> buyer) {
  const int64_t tier = co_await tiers_.of(buyer);
  const PriceEyes eyes{tier, clock_.wall()};
  const auto currency = Currency::parse(Core::current()->config().get(kShopCurrency)).value_or(Currency{});
  auto work = [viewer, currency, eyes](Transaction& tx) { return read_cart(tx, viewer, currency, eyes); };
  co_return co_await gate_.read(std::move(work));
}

Task<Result<void>> CartService::set_line(std::string viewer, SkuId sku, int64_t quantity) {
  auto work = [viewer, sku, quantity, at = clock_.wall()](Transaction& tx) -> Result<void> {
    auto offer = find_offer(tx, sku);
    if (!offer) return offer.error();
    if (!offer->on_offer && quantity > 0) return Error{ErrorKind::not_found, "shop.sku"};
    if (offer->price_hidden && quantity > 0) return kPriceHidden;
    auto lines = cart_of(tx, viewer);
    if (!lines) return lines.error();
    const bool listed =
        std::any_of(lines->begin(), lines->end(), [&](const CartLine& l) { return l.sku == sku; });
    if (quantity > 0 && !listed && lines->size() >= kCartLinesMax) {
      return Error{ErrorKind::conflict, "shop.cart_full"};
    }
    return set_cart_line(tx, viewer, {sku, quantity}, at);
  };
  co_return co_await gate_.write(std::move(work));
}

}  // namespace vitrine
