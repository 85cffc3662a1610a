// The steps of the catalog: products with variants and pictures, and their stock.
//
// Owns    nothing; the gate's database holds everything.
// Thread  any core.
// Never   changes a price without raising its version, or deletes a SKU an order may name.
#pragma once

#include <string>

#include "shop/catalog/catalog_store.h"
#include "shop/catalog/picture_files.h"
#include "shop/gate/gate.h"
#include "shop/gate/request_key.h"
#include "shop/stock/stock_service.h"

namespace vitrine {

// Who must hear that a product changed or left, inside the transaction that changed it.
class ProductWatcher {
 public:
  virtual ~ProductWatcher() = default;
  virtual Result<void> product_changed(Transaction& tx, const Product& product, WallTime at) const = 0;
};

struct CatalogNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  const StockService& stock;
  const ProductWatcher& watcher;
  PictureFiles& files;
};

class CatalogService {
 public:
  explicit CatalogService(CatalogNeeds needs) : needs_(needs) {}

  // Errors: those of read_picture_facts and PictureFiles::write.
  Task<Result<Made<PictureId>>> add_picture(IdempotencyKey key, std::string bytes);
  Task<Result<PictureView>> picture(PictureId picture);

  // Errors: `invalid_input` "shop.picture" (no such picture), "shop.currency" (not the shop's),
  // "shop.stock_too_many".
  Task<Result<Made<ProductId>>> create(IdempotencyKey key, ProductDraft draft, std::string actor);
  // Variants the draft leaves out are retired. Errors: as create, `not_found` "shop.product" and
  // "shop.sku", `conflict` "shop.version".
  Task<Result<void>> change(ProductId product, ProductDraft draft, std::string actor);
  // The same once for each key, whatever became of the product since.
  Task<Result<void>> change_once(IdempotencyKey key, ProductId product, ProductDraft draft,
                                 std::string actor);
  // Archiving twice is done once. Errors: `not_found` "shop.product".
  Task<Result<void>> archive(ProductId product);

  Task<Result<ProductView>> product(ProductId product);
  Task<Result<ProductPage>> products(ProductQuery query);
  Task<Result<CategoryList>> categories();

  // Receives or writes off units. Errors: StockService::change.
  Task<Result<Made<SkuId>>> change_stock(IdempotencyKey key, SkuId sku, StockDraft draft, std::string actor);
  Task<Result<StockChangeView>> stock(SkuId sku);

 private:
  Result<void> change_in(Transaction& tx, ProductId id, const ProductDraft& draft, const std::string& actor,
                         const std::string& currency) const;

  CatalogNeeds needs_;
};

}  // namespace vitrine
