#include "shop/catalog/catalog_service.h"

#include <algorithm>

#include "shop/catalog/catalog_config.h"

namespace vitrine {
namespace {

StockView stock_view(const Pool& pool) {
  return {pool.free, pool.held, pool.sold};
}

Result<ProductView> view_of(Transaction& tx, ProductId id) {
  auto product = find_product(tx, id);
  if (!product) return product.error();
  ProductView view{.product = id,
                   .name = product->name,
                   .description = product->description,
                   .category = product->category,
                   .state = product->state,
                   .needs_shipping = product->needs_shipping,
                   .price_hidden = product->price_hidden,
                   .version = product->version,
                   .created_at_ms = product->created.ms};
  for (const PictureId picture : product->pictures) view.pictures.push_back(picture_url(picture));
  for (const Sku& sku : product->skus) {
    auto pool = pool_of(tx, sku.sku);
    if (!pool) return pool.error();
    view.variants.push_back({sku.sku, sku.name, sku.price, sku.price_version, stock_view(*pool)});
  }
  return view;
}

Result<void> check_draft(Transaction& tx, const ProductDraft& draft, const std::string& currency) {
  for (const PictureId picture : draft.pictures) {
    auto found = find_picture(tx, picture);
    if (!found) return found.error();
    if (!*found) return Error{ErrorKind::invalid_input, "shop.picture"};
  }
  for (const VariantDraft& variant : draft.variants) {
    if (variant.price.currency.str() != currency) return Error{ErrorKind::invalid_input, "shop.currency"};
  }
  return {};
}

// What changing a product's variants needs besides the draft.
struct Change {
  const CatalogNeeds* needs;
  std::string actor{};
  WallTime at{};
  MovementNote note(std::string reason) const { return {OrderId{}, std::move(reason), actor, at}; }
};

Result<void> add_sku(Transaction& tx, const Change& change, ProductId product, const VariantDraft& draft,
                     size_t position) {
  const Sku sku{
      .sku = change.needs->ids.next<SkuId>(), .product = product, .name = draft.name, .price = draft.price};
  if (auto put = insert_sku(tx, sku, position); !put) return put.error();
  if (auto put = insert_price(tx, sku, change.actor, change.at); !put) return put.error();
  auto pool =
      change.needs->stock.open_pool(tx, sku.sku, draft.initial_stock.value_or(0), change.note("initial"));
  if (!pool) return pool.error();
  return {};
}

Result<void> rewrite_sku(Transaction& tx, const Change& change, Sku sku, const VariantDraft& draft,
                         size_t position) {
  sku.name = draft.name;
  const bool other_price = sku.price != draft.price;
  if (other_price) {
    sku.price = draft.price;
    ++sku.price_version;
  }
  if (auto put = update_sku(tx, sku, position); !put) return put.error();
  if (other_price) return insert_price(tx, sku, change.actor, change.at);
  return {};
}

Result<void> write_variants(Transaction& tx, const Change& change, const Product& product,
                            const std::vector<VariantDraft>& drafts) {
  std::vector<Sku> left_out = product.skus;
  for (size_t at = 0; at < drafts.size(); ++at) {
    if (!drafts[at].sku) {
      if (auto put = add_sku(tx, change, product.product, drafts[at], at); !put) return put.error();
      continue;
    }
    const auto same = [&](const Sku& sku) { return sku.sku == *drafts[at].sku; };
    const auto found = std::find_if(left_out.begin(), left_out.end(), same);
    if (found == left_out.end()) return Error{ErrorKind::not_found, "shop.sku"};
    if (auto put = rewrite_sku(tx, change, *found, drafts[at], at); !put) return put.error();
    left_out.erase(found);
  }
  for (Sku& sku : left_out) {
    sku.retired = true;
    if (auto put = update_sku(tx, sku, 0); !put) return put.error();
  }
  return {};
}

}  // namespace

Task<Result<Made<PictureId>>> CatalogService::add_picture(IdempotencyKey key, std::string bytes) {
  const auto facts = read_picture_facts(as_bytes(bytes));
  if (!facts) co_return facts.error();
  const size_t size = bytes.size();
  const auto id = needs_.ids.next<PictureId>();
  const auto stored = co_await needs_.files.write(id, std::move(bytes));
  if (!stored) co_return stored.error();
  auto work = [key, id, facts = *facts, size,
               at = needs_.clock.wall()](Transaction& tx) -> Result<Made<PictureId>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<PictureId>{PictureId{**effect}, true};
    if (auto put = insert_picture(tx, id, facts, size, at); !put) return put.error();
    if (auto put = record_effect(tx, key, id.value, at); !put) return put.error();
    return Made<PictureId>{id};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<PictureView>> CatalogService::picture(PictureId picture) {
  auto work = [picture](Transaction& tx) -> Result<PictureView> {
    auto facts = find_picture(tx, picture);
    if (!facts) return facts.error();
    if (!*facts) return Error{ErrorKind::not_found, "shop.picture"};
    return PictureView{picture, picture_url(picture), (*facts)->width, (*facts)->height};
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<Made<ProductId>>> CatalogService::create(IdempotencyKey key, ProductDraft draft,
                                                     std::string actor) {
  const std::string currency = Core::current()->config().get(kShopCurrency);
  auto work = [this, key, draft, actor, currency,
               at = needs_.clock.wall()](Transaction& tx) -> Result<Made<ProductId>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<ProductId>{ProductId{**effect}, true};
    if (auto good = check_draft(tx, draft, currency); !good) return good.error();
    const Product product{.product = needs_.ids.next<ProductId>(),
                          .name = draft.name,
                          .description = draft.description,
                          .category = draft.category.value_or(""),
                          .pictures = draft.pictures,
                          .needs_shipping = draft.needs_shipping.value_or(true),
                          .created = at};
    if (auto put = insert_product(tx, product); !put) return put.error();
    const Change change{&needs_, actor, at};
    if (auto put = write_variants(tx, change, product, draft.variants); !put) return put.error();
    if (auto put = record_effect(tx, key, product.product.value, at); !put) return put.error();
    return Made<ProductId>{product.product};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Result<void> CatalogService::change_in(Transaction& tx, ProductId id, const ProductDraft& draft,
                                       const std::string& actor, const std::string& currency) const {
  const WallTime at = needs_.clock.wall();
  if (auto good = check_draft(tx, draft, currency); !good) return good.error();
  auto product = find_product(tx, id);
  if (!product) return product.error();
  if (product->version != draft.version.value_or(0)) return Error{ErrorKind::conflict, "shop.version"};
  product->name = draft.name;
  product->description = draft.description;
  if (draft.category) product->category = *draft.category;
  product->pictures = draft.pictures;
  product->needs_shipping = draft.needs_shipping.value_or(product->needs_shipping);
  ++product->version;
  if (auto put = update_product(tx, *product); !put) return put.error();
  const Change change{&needs_, actor, at};
  if (auto put = write_variants(tx, change, *product, draft.variants); !put) return put.error();
  return needs_.watcher.product_changed(tx, *product, at);
}

Task<Result<void>> CatalogService::change(ProductId id, ProductDraft draft, std::string actor) {
  const std::string currency = Core::current()->config().get(kShopCurrency);
  auto work = [this, id, draft, actor, currency](Transaction& tx) {
    return change_in(tx, id, draft, actor, currency);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> CatalogService::change_once(IdempotencyKey key, ProductId id, ProductDraft draft,
                                               std::string actor) {
  const std::string currency = Core::current()->config().get(kShopCurrency);
  auto work = [this, key, id, draft, actor, currency,
               at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return {};
    if (auto changed = change_in(tx, id, draft, actor, currency); !changed) return changed.error();
    return record_effect(tx, key, id.value, at);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<void>> CatalogService::archive(ProductId id) {
  auto work = [this, id, at = needs_.clock.wall()](Transaction& tx) -> Result<void> {
    auto product = find_product(tx, id);
    if (!product) return product.error();
    if (product->state == ProductState::archived) return {};
    product->state = ProductState::archived;
    ++product->version;
    if (auto put = update_product(tx, *product); !put) return put.error();
    return needs_.watcher.product_changed(tx, *product, at);
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<ProductView>> CatalogService::product(ProductId product) {
  auto work = [product](Transaction& tx) { return view_of(tx, product); };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<CategoryList>> CatalogService::categories() {
  auto work = [](Transaction& tx) -> Result<CategoryList> {
    auto items = list_categories(tx);
    if (!items) return items.error();
    return CategoryList{std::move(*items)};
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<ProductPage>> CatalogService::products(ProductQuery query) {
  auto work = [query](Transaction& tx) -> Result<ProductPage> {
    auto ids = list_products(tx, query);
    if (!ids) return ids.error();
    ProductPage page;
    for (const ProductId id : *ids) {
      auto view = view_of(tx, id);
      if (!view) return view.error();
      page.items.push_back(std::move(*view));
    }
    if (ids->size() == query.limit) page.next = ids->back().str();
    return page;
  };
  co_return co_await needs_.gate.read(std::move(work));
}

Task<Result<Made<SkuId>>> CatalogService::change_stock(IdempotencyKey key, SkuId sku, StockDraft draft,
                                                       std::string actor) {
  auto work = [this, key, sku, draft, actor,
               at = needs_.clock.wall()](Transaction& tx) -> Result<Made<SkuId>> {
    auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    if (*effect) return Made<SkuId>{SkuId{**effect}, true};
    const MovementNote note{OrderId{}, draft.reason, actor, at};
    auto pool = needs_.stock.change(tx, sku, draft.change, note);
    if (!pool) return pool.error();
    if (auto put = record_effect(tx, key, sku.value, at); !put) return put.error();
    return Made<SkuId>{sku};
  };
  co_return co_await needs_.gate.write(std::move(work));
}

Task<Result<StockChangeView>> CatalogService::stock(SkuId sku) {
  auto work = [sku](Transaction& tx) -> Result<StockChangeView> {
    auto pool = pool_of(tx, sku);
    if (!pool) return pool.error();
    return StockChangeView{sku, stock_view(*pool), pool->version};
  };
  co_return co_await needs_.gate.read(std::move(work));
}

}  // namespace vitrine
