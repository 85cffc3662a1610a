// The SQL of products, variants and picture rows. Every function runs inside the caller's transaction.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shop/catalog/catalog_dto.h"
#include "shop/catalog/picture_rules.h"
#include "shop/catalog/price_rules.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kCatalogTables = R"sql(
CREATE TABLE picture (
  shop_id TEXT NOT NULL, picture BIGINT NOT NULL, media_type TEXT NOT NULL,
  width BIGINT NOT NULL, height BIGINT NOT NULL, bytes BIGINT NOT NULL, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, picture));
CREATE TABLE product (
  shop_id TEXT NOT NULL, product BIGINT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  search TEXT NOT NULL, state INTEGER NOT NULL, version BIGINT NOT NULL, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, product));
CREATE TABLE product_picture (
  shop_id TEXT NOT NULL, product BIGINT NOT NULL, position BIGINT NOT NULL, picture BIGINT NOT NULL,
  PRIMARY KEY (shop_id, product, position));
CREATE TABLE sku (
  shop_id TEXT NOT NULL, sku BIGINT NOT NULL, product BIGINT NOT NULL, position BIGINT NOT NULL,
  name TEXT NOT NULL, price BIGINT NOT NULL CHECK (price >= 0), currency TEXT NOT NULL,
  price_version BIGINT NOT NULL, retired INTEGER NOT NULL,
  PRIMARY KEY (shop_id, sku));
CREATE INDEX sku_of_product ON sku (shop_id, product, position);
CREATE TABLE price_change (
  shop_id TEXT NOT NULL, sku BIGINT NOT NULL, price_version BIGINT NOT NULL,
  price BIGINT NOT NULL, currency TEXT NOT NULL, actor TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, sku, price_version));
)sql";

// What kind of thing a product is, in the shop's own words; empty: none.
inline constexpr std::string_view kCategoryTables = R"sql(
ALTER TABLE product ADD COLUMN category TEXT NOT NULL DEFAULT '';
)sql";

// Until its price opens (开价) a product's price is for staff only, and it cannot be bought.
inline constexpr std::string_view kHiddenPriceTables = R"sql(
ALTER TABLE product ADD COLUMN price_hidden INTEGER NOT NULL DEFAULT 0;
)sql";

// Why a product whose price is not open yet is not sold, put into a cart, quoted or put on a flash sale.
inline constexpr Error kPriceHidden{ErrorKind::conflict, "shop.price_hidden"};

struct Sku {
  SkuId sku{};
  ProductId product{};
  std::string name{};
  Money price{};
  int64_t price_version = 1;
  bool retired = false;  // taken out of its product; kept for the orders that name it
};

struct Product {
  ProductId product{};
  std::string name{};
  std::string description{};
  std::string category{};
  std::vector<PictureId> pictures{};
  ProductState state = ProductState::active;
  bool needs_shipping = true;
  bool price_hidden = false;  // changed by set_price_hidden alone
  int64_t version = 1;
  WallTime created{};
  std::vector<Sku> skus{};  // those on offer, in order
};

// A SKU as an order or cart needs it.
struct Offer {
  SkuId sku{};
  ProductId product{};
  std::string product_name{};
  std::string variant_name{};
  std::string category{};
  std::optional<PictureId> picture{};
  Money price{};
  int64_t price_version = 1;
  bool needs_shipping = true;
  bool on_offer = false;  // neither retired nor its product archived
  bool price_hidden = false;
  PriceKind price_kind = PriceKind::base;
  std::string price_label{};
};

struct ProductQuery {
  std::string text{};  // words anywhere in the name; empty: all
  std::optional<ProductState> state{};
  std::optional<ProductId> before{};  // the page begins below this id
  size_t limit = 50;
};

Result<void> insert_picture(Transaction& tx, PictureId picture, const PictureFacts& facts, size_t bytes,
                            WallTime at);
Result<std::optional<PictureFacts>> find_picture(Transaction& tx, PictureId picture);

Result<void> insert_product(Transaction& tx, const Product& product);
// Stores name, description, state, version and pictures. Errors: `conflict` "shop.version" unless one
// version below is stored.
Result<void> update_product(Transaction& tx, const Product& product);
Result<void> set_price_hidden(Transaction& tx, ProductId product, bool hidden);
Result<void> insert_sku(Transaction& tx, const Sku& sku, size_t position);
Result<void> update_sku(Transaction& tx, const Sku& sku, size_t position);
Result<void> insert_price(Transaction& tx, const Sku& sku, const std::string& actor, WallTime at);

// Errors: `not_found` "shop.product".
Result<Product> find_product(Transaction& tx, ProductId product);
Result<std::vector<ProductId>> list_products(Transaction& tx, const ProductQuery& query);
// The categories that products have, in order.
Result<std::vector<std::string>> list_categories(Transaction& tx);
// Errors: `not_found` "shop.sku".
Result<Offer> find_offer(Transaction& tx, SkuId sku);

}  // namespace vitrine
