#include "shop/showcase/showcase_service.h"

#include <algorithm>
#include <set>

#include "shop/catalog/price_store.h"
#include "shop/showcase/showcase_rules.h"

namespace vitrine {
namespace {

Result<void> tell_list_changed(Transaction& tx, const std::string& room) {
  auto version = raise_list_version(tx, room);
  if (!version) return version.error();
  const ShowcaseChanged event{room, *version};
  return tx.emit("showcase/" + room, *version, event);
}

Result<void> hide_shown(Transaction& tx, const std::string& room, const Showing& shown,
                        const ShowingMoment& now) {
  if (auto ended = end_showing(tx, shown, now); !ended) return ended.error();
  auto version = raise_showing_version(tx, room);
  if (!version) return version.error();
  const ProductHidden event{room, shown.product, now.at.ms, to_dto(now.media)};
  return tx.emit("showing/" + room, *version, event);
}

// Takes the price that is in force for those eyes.
void set_price(CardVariant& variant, const std::vector<PriceEntry>& entries, PriceEyes eyes) {
  if (!variant.price) return;
  const auto entry = price_in_force(entries, *variant.price, eyes);
  if (!entry) return;
  variant.list_price = variant.price;
  variant.price = entry->price;
  variant.price_version = entry->number;
  variant.price_kind = entry->kind;
  variant.price_label = entry->label;
}

// What viewers are told of a price before it opens: nothing.
void take_prices_off(Card& card) {
  for (CardVariant& variant : card.variants) {
    variant.price.reset();
    variant.price_version = 0;
  }
}

Result<Card> card_of(Transaction& tx, const ShowcaseItem& item, CardEyes eyes) {
  auto product = find_product(tx, item.product);
  if (!product) return product.error();
  Card card{.product = item.product,
            .number = item.number,
            .name = product->name,
            .description = product->description,
            .sold_out = true,
            .needs_shipping = product->needs_shipping,
            .price_hidden = product->price_hidden};
  for (const PictureId picture : product->pictures) card.pictures.push_back(picture_url(picture));
  for (const Sku& sku : product->skus) {
    auto pool = pool_of(tx, sku.sku);
    if (!pool) return pool.error();
    if (pool->free + pool->held > 0) card.sold_out = false;
    card.variants.push_back({.sku = sku.sku,
                             .name = sku.name,
                             .price = sku.price,
                             .price_version = sku.price_version,
                             .stock = {pool->free, pool->held, pool->version}});
  }
  if (card.price_hidden && eyes == CardEyes::viewer) take_prices_off(card);
  return card;
}

Result<ShowcaseView> read_showcase(Transaction& tx, const std::string& room, PriceEyes eyes,
                                   CardEyes card_eyes) {
  auto versions = showcase_versions(tx, room);
  if (!versions) return versions.error();
  ShowcaseView view{.version = versions->list};
  auto items = showcase_items(tx, room);
  if (!items) return items.error();
  auto prices = open_prices_of_room(tx, room, eyes.now);
  if (!prices) return prices.error();
  for (const ShowcaseItem& item : *items) {
    auto card = card_of(tx, item, card_eyes);
    if (!card) return card.error();
    for (CardVariant& variant : card->variants) {
      const auto entries = prices->find(variant.sku);
      if (entries != prices->end()) set_price(variant, entries->second, eyes);
    }
    view.items.push_back(std::move(*card));
  }
  auto shown = showing_now(tx, room);
  if (!shown) return shown.error();
  if (*shown)
    view.now_showing = NowShowingView{(*shown)->product, (*shown)->started.ms, to_dto((*shown)->media)};
  return view;
}

bool carries(const std::vector<ShowcaseItem>& items, ProductId product) {
  return std::any_of(items.begin(), items.end(),
                     [&](const ShowcaseItem& item) { return item.product == product; });
}

Result<void> tell_price_open(Transaction& tx, const std::string& opened_in, ProductId product,
                             const ShowingMoment& now) {
  auto rooms = rooms_with_product(tx, product);
  if (!rooms) return rooms.error();
  for (const std::string& room : *rooms) {
    auto version = raise_list_version(tx, room);
    if (!version) return version.error();
    const PriceRevealed event{room, product, *version, now.at.ms,
                              room == opened_in ? to_dto(now.media) : std::nullopt};
    if (auto told = tx.emit("showcase/" + room, *version, event); !told) return told.error();
  }
  return {};
}

Result<NowShowingView> start_one(Transaction& tx, const std::string& room, const Showing& next,
                                 const std::string& actor) {
  auto items = showcase_items(tx, room);
  if (!items) return items.error();
  if (!carries(*items, next.product)) return Error{ErrorKind::conflict, "shop.not_on_showcase"};
  auto shown = showing_now(tx, room);
  if (!shown) return shown.error();
  if (*shown && (*shown)->product == next.product) {
    return NowShowingView{next.product, (*shown)->started.ms, to_dto((*shown)->media)};
  }
  if (*shown) {
    const ShowingMoment end{next.started, next.media};
    if (auto ended = end_showing(tx, **shown, end); !ended) return ended.error();
  }
  if (auto put = start_showing(tx, room, next, actor); !put) return put.error();
  auto version = raise_showing_version(tx, room);
  if (!version) return version.error();
  const ProductShown event{room, next.product, next.started.ms, to_dto(next.media)};
  if (auto told = tx.emit("showing/" + room, *version, event); !told) return told.error();
  return NowShowingView{next.product, next.started.ms, to_dto(next.media)};
}

}  // namespace

Result<void> ShowcaseWatcher::product_changed(Transaction& tx, const Product& product, WallTime at) const {
  auto rooms = rooms_with_product(tx, product.product);
  if (!rooms) return rooms.error();
  for (const std::string& room : *rooms) {
    if (product.state == ProductState::archived) {
      if (auto gone = remove_item(tx, room, product.product); !gone) return gone.error();
      auto shown = showing_now(tx, room);
      if (!shown) return shown.error();
      const ShowingMoment now{at, std::nullopt};
      if (*shown && (*shown)->product == product.product) {
        if (auto hidden = hide_shown(tx, room, **shown, now); !hidden) return hidden.error();
      }
    }
    if (auto told = tell_list_changed(tx, room); !told) return told.error();
  }
  return {};
}

ShowingMoment ShowcaseService::moment(const std::string& room,
                                      const std::optional<MediaTimeDto>& playhead) const {
  return {needs_.clock.wall(), picture_time(needs_.media.status(room), playhead, needs_.publish_delay())};
}

Task<Result<ShowcaseView>> ShowcaseService::view(std::string room, std::optional<AccountId> buyer,
                                                 CardEyes card_eyes) {
  const int64_t tier = co_await needs_.tiers.of(buyer);
  const PriceEyes eyes{tier, needs_.clock.wall()};
  auto work = [room, eyes, card_eyes](Transaction& tx) { return read_showcase(tx, room, eyes, card_eyes); };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<Card>> ShowcaseService::offer(ProductId product, std::optional<AccountId> buyer) {
  const int64_t tier = co_await needs_.tiers.of(buyer);
  const PriceEyes eyes{tier, needs_.clock.wall()};
  auto work = [product, eyes](Transaction& tx) -> Result<Card> {
    auto found = find_product(tx, product);
    if (!found) return found.error();
    if (found->state != ProductState::active) return Error{ErrorKind::not_found, "shop.product"};
    auto card = card_of(tx, {.product = product, .number = 0}, CardEyes::viewer);
    if (!card) return card.error();
    for (CardVariant& variant : card->variants) {
      auto entries = open_prices(tx, variant.sku, eyes.now);
      if (!entries) return entries.error();
      set_price(variant, *entries, eyes);
    }
    return card;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<void>> ShowcaseService::arrange(std::string room, std::vector<ProductId> products) {
  const std::set<ProductId> distinct(products.begin(), products.end());
  if (distinct.size() != products.size()) co_return Error{ErrorKind::invalid_input, "shop.showcase_twice"};
  auto work = [room, products, now = moment(room, std::nullopt)](Transaction& tx) -> Result<void> {
    for (const ProductId id : products) {
      auto product = find_product(tx, id);
      if (!product) return product.error();
      if (product->state != ProductState::active) return Error{ErrorKind::not_found, "shop.product"};
    }
    if (auto put = replace_items(tx, room, products); !put) return put.error();
    auto shown = showing_now(tx, room);
    if (!shown) return shown.error();
    const bool stays = *shown && std::count(products.begin(), products.end(), (*shown)->product) > 0;
    if (*shown && !stays) {
      if (auto hidden = hide_shown(tx, room, **shown, now); !hidden) return hidden.error();
    }
    return tell_list_changed(tx, room);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<NowShowingView>> ShowcaseService::show(std::string room, ShowDraft draft, std::string actor) {
  const ShowingMoment now = moment(room, draft.playhead);
  const Showing next{needs_.ids.next_value(), draft.product, now.at, now.media};
  auto work = [room, next, actor](Transaction& tx) { return start_one(tx, room, next, actor); };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> ShowcaseService::hide(std::string room) {
  auto work = [room, now = moment(room, std::nullopt)](Transaction& tx) -> Result<void> {
    auto shown = showing_now(tx, room);
    if (!shown) return shown.error();
    if (!*shown) return {};
    return hide_shown(tx, room, **shown, now);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<bool>> ShowcaseService::hide_price(ProductId id) {
  auto work = [this, id](Transaction& tx) -> Result<bool> {
    auto product = find_product(tx, id);
    if (!product) return product.error();
    if (product->price_hidden) return false;
    auto in_sale = needs_.on_sale(tx, id);
    if (!in_sale) return in_sale.error();
    if (*in_sale) return Error{ErrorKind::conflict, "shop.price_in_sale"};
    if (auto put = set_price_hidden(tx, id, true); !put) return put.error();
    auto rooms = rooms_with_product(tx, id);
    if (!rooms) return rooms.error();
    for (const std::string& room : *rooms) {
      if (auto told = tell_list_changed(tx, room); !told) return told.error();
    }
    return true;
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<bool>> ShowcaseService::open_price(std::string room, ShowDraft draft) {
  auto work = [room, id = draft.product,
               now = moment(room, draft.playhead)](Transaction& tx) -> Result<bool> {
    auto items = showcase_items(tx, room);
    if (!items) return items.error();
    if (!carries(*items, id)) return Error{ErrorKind::conflict, "shop.not_on_showcase"};
    auto product = find_product(tx, id);
    if (!product) return product.error();
    if (!product->price_hidden) return false;
    if (auto put = set_price_hidden(tx, id, false); !put) return put.error();
    if (auto told = tell_price_open(tx, room, id, now); !told) return told.error();
    return true;
  };
  co_return co_await needs_.gate.write(std::move(work));
}

}  // namespace vitrine
