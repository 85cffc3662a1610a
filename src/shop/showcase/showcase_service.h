// A room's showcase and what it shows now. One product is shown at a time; starting another ends the
// first in the same step; only what is on the showcase can be shown.
//
// Owns    nothing. Thread  any core; the watchers run inside closures on the database's writer.
// Never   leaves a product shown that is off the showcase.
#pragma once

#include <functional>
#include <string>

#include "contract/media.h"
#include "shop/catalog/catalog_service.h"
#include "shop/gate/gate.h"
#include "shop/gate/tiers.h"
#include "shop/showcase/showcase_dto.h"
#include "shop/showcase/showcase_store.h"
#include "shop/stock/stock_service.h"

namespace vitrine {

// Whose answer a card goes into: staff see a price before it opens.
enum class CardEyes : uint8_t { viewer, staff };

// Tells stock which rooms carry a SKU.
class ShowcaseAudience final : public StockAudience {
 public:
  Result<std::vector<std::string>> rooms_of(Transaction& tx, SkuId sku) const override {
    return rooms_with_sku(tx, sku);
  }
};

// Follows products: a change tells the rooms, an archived product leaves every showcase.
class ShowcaseWatcher final : public ProductWatcher {
 public:
  Result<void> product_changed(Transaction& tx, const Product& product, WallTime at) const override;
};

struct ShowcaseNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  const MediaPort& media;
  const Tiers& tiers;
  std::function<Milliseconds()> publish_delay;  // media.publish_delay_ms, read on the calling core
  std::function<Result<bool>(Transaction&, ProductId)> on_sale;  // whether a flash sale has the product
};

class ShowcaseService {
 public:
  explicit ShowcaseService(ShowcaseNeeds needs) : needs_(std::move(needs)) {}

  // With the prices in force for `buyer`, or for a guest.
  Task<Result<ShowcaseView>> view(std::string room, std::optional<AccountId> buyer = {},
                                  CardEyes eyes = CardEyes::viewer);
  // One product as a card without a number, on a showcase or not. Errors: `not_found` "shop.product", also
  // when it is archived.
  Task<Result<Card>> offer(ProductId product, std::optional<AccountId> buyer = {});
  // Errors: `not_found` "shop.product" (unknown or archived), `invalid_input` "shop.showcase_twice".
  Task<Result<void>> arrange(std::string room, std::vector<ProductId> products);
  // Showing what is already shown changes nothing. Errors: `conflict` "shop.not_on_showcase".
  Task<Result<NowShowingView>> show(std::string room, ShowDraft draft, std::string actor);
  Task<Result<void>> hide(std::string room);
  // Hides the product's price from viewers in every room and on its own page, and stops its sale, until
  // open_price. Orders that are placed keep theirs. Answers whether anything changed. Errors: `not_found`
  // "shop.product", `conflict` "shop.price_in_sale" (a flash sale that is not settled tells its price).
  Task<Result<bool>> hide_price(ProductId product);
  // Opens a hidden price and the sale at once (SHOP-RULES 15); every room that has the product is told, this
  // one with the moment of its picture. Answers whether anything changed. Errors: `conflict`
  // "shop.not_on_showcase".
  Task<Result<bool>> open_price(std::string room, ShowDraft draft);

 private:
  ShowingMoment moment(const std::string& room, const std::optional<MediaTimeDto>& playhead) const;

  ShowcaseNeeds needs_;
};

}  // namespace vitrine
