#include "shop/catalog/catalog_store.h"

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

// ASCII only, as SQLite's lower() is; other scripts are found as they are written.
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A LIKE pattern that finds `text` anywhere, with its own wildcards taken literally.
std::string contains_pattern(std::string_view text) {
  std::string out = "%";
  for (const char c : lower(text)) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

Result<void> write_pictures(Transaction& tx, const Product& product) {
  auto gone =
      tx.execute("DELETE FROM product_picture WHERE shop_id = $1 AND product = $2", kShop, product.product);
  if (!gone) return gone.error();
  for (size_t at = 0; at < product.pictures.size(); ++at) {
    auto put = tx.execute(
        "INSERT INTO product_picture (shop_id, product, position, picture) VALUES ($1, $2, $3, $4)", kShop,
        product.product, at, product.pictures[at]);
    if (!put) return put.error();
  }
  return {};
}

Money read_money(const Row& row, size_t amount, size_t currency) {
  return {row.integer(amount), Currency::parse(row.text(currency)).value_or(Currency{})};
}

Result<std::vector<PictureId>> pictures_of(Transaction& tx, ProductId product) {
  auto rows =
      tx.query("SELECT picture FROM product_picture WHERE shop_id = $1 AND product = $2 ORDER BY position",
               kShop, product);
  if (!rows) return rows.error();
  std::vector<PictureId> out;
  for (const Row& row : *rows) out.push_back(row.id<PictureId>(0));
  return out;
}

Result<std::vector<Sku>> skus_of(Transaction& tx, ProductId product) {
  auto rows = tx.query(
      "SELECT sku, name, price, currency, price_version FROM sku "
      "WHERE shop_id = $1 AND product = $2 AND retired = 0 ORDER BY position",
      kShop, product);
  if (!rows) return rows.error();
  std::vector<Sku> out;
  for (const Row& row : *rows) {
    out.push_back({.sku = row.id<SkuId>(0),
                   .product = product,
                   .name = row.text(1),
                   .price = read_money(row, 2, 3),
                   .price_version = row.integer(4)});
  }
  return out;
}

}  // namespace

Result<void> insert_picture(Transaction& tx, PictureId picture, const PictureFacts& facts, size_t bytes,
                            WallTime at) {
  auto put = tx.execute(
      "INSERT INTO picture (shop_id, picture, media_type, width, height, bytes, created_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      kShop, picture, media_type(facts.type), facts.width, facts.height, bytes, at);
  if (!put) return put.error();
  return {};
}

Result<std::optional<PictureFacts>> find_picture(Transaction& tx, PictureId picture) {
  auto rows = tx.query("SELECT media_type, width, height FROM picture WHERE shop_id = $1 AND picture = $2",
                       kShop, picture);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<PictureFacts>();
  const Row& row = rows->front();
  PictureFacts facts;
  for (const auto type : {PictureType::png, PictureType::jpeg, PictureType::webp}) {
    if (media_type(type) == row.text(0)) facts.type = type;
  }
  facts.width = static_cast<uint32_t>(row.integer(1));
  facts.height = static_cast<uint32_t>(row.integer(2));
  return std::optional(facts);
}

Result<void> insert_product(Transaction& tx, const Product& product) {
  auto put = tx.execute(
      "INSERT INTO product (shop_id, product, name, description, search, state, version, created_ms, "
      "needs_shipping, category) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      kShop, product.product, product.name, product.description, lower(product.name), product.state,
      product.version, product.created, product.needs_shipping ? 1 : 0, product.category);
  if (!put) return put.error();
  return write_pictures(tx, product);
}

Result<void> update_product(Transaction& tx, const Product& product) {
  auto changed = tx.execute(
      "UPDATE product SET name = $3, description = $4, search = $5, state = $6, version = $7, "
      "needs_shipping = $9, category = $10 WHERE shop_id = $1 AND product = $2 AND version = $8",
      kShop, product.product, product.name, product.description, lower(product.name), product.state,
      product.version, product.version - 1, product.needs_shipping ? 1 : 0, product.category);
  if (!changed) return changed.error();
  if (*changed != 1) return Error{ErrorKind::conflict, "shop.version"};
  return write_pictures(tx, product);
}

Result<void> set_price_hidden(Transaction& tx, ProductId product, bool hidden) {
  auto put = tx.execute("UPDATE product SET price_hidden = $3 WHERE shop_id = $1 AND product = $2", kShop,
                        product, hidden ? 1 : 0);
  if (!put) return put.error();
  return {};
}

Result<void> insert_sku(Transaction& tx, const Sku& sku, size_t position) {
  auto put = tx.execute(
      "INSERT INTO sku (shop_id, sku, product, position, name, price, currency, price_version, retired) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      kShop, sku.sku, sku.product, position, sku.name, sku.price.amount, sku.price.currency.str(),
      sku.price_version, sku.retired);
  if (!put) return put.error();
  return {};
}

Result<void> update_sku(Transaction& tx, const Sku& sku, size_t position) {
  auto put = tx.execute(
      "UPDATE sku SET position = $3, name = $4, price = $5, currency = $6, price_version = $7, retired = $8 "
      "WHERE shop_id = $1 AND sku = $2",
      kShop, sku.sku, position, sku.name, sku.price.amount, sku.price.currency.str(), sku.price_version,
      sku.retired);
  if (!put) return put.error();
  return {};
}

Result<void> insert_price(Transaction& tx, const Sku& sku, const std::string& actor, WallTime at) {
  auto put = tx.execute(
      "INSERT INTO price_change (shop_id, sku, price_version, price, currency, actor, at_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      kShop, sku.sku, sku.price_version, sku.price.amount, sku.price.currency.str(), actor, at);
  if (!put) return put.error();
  return {};
}

Result<Product> find_product(Transaction& tx, ProductId product) {
  auto rows = tx.query(
      "SELECT name, description, state, version, created_ms, needs_shipping, category, price_hidden FROM "
      "product "
      "WHERE shop_id = $1 AND product = $2",
      kShop, product);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.product"};
  const Row& row = rows->front();
  auto pictures = pictures_of(tx, product);
  if (!pictures) return pictures.error();
  auto skus = skus_of(tx, product);
  if (!skus) return skus.error();
  return Product{.product = product,
                 .name = row.text(0),
                 .description = row.text(1),
                 .category = row.text(6),
                 .pictures = std::move(*pictures),
                 .state = static_cast<ProductState>(row.integer(2)),
                 .needs_shipping = row.integer(5) != 0,
                 .price_hidden = row.integer(7) != 0,
                 .version = row.integer(3),
                 .created = row.time(4),
                 .skus = std::move(*skus)};
}

Result<std::vector<ProductId>> list_products(Transaction& tx, const ProductQuery& query) {
  auto rows = tx.query(
      "SELECT product FROM product WHERE shop_id = $1 AND ($2 = '' OR search LIKE $3 ESCAPE '\\') "
      "AND ($4 < 0 OR state = $4) AND product < $5 ORDER BY product DESC LIMIT $6",
      kShop, query.text, contains_pattern(query.text), query.state ? static_cast<int64_t>(*query.state) : -1,
      query.before ? query.before->value : INT64_MAX, query.limit);
  if (!rows) return rows.error();
  std::vector<ProductId> out;
  for (const Row& row : *rows) out.push_back(row.id<ProductId>(0));
  return out;
}

Result<std::vector<std::string>> list_categories(Transaction& tx) {
  auto rows = tx.query(
      "SELECT DISTINCT category FROM product WHERE shop_id = $1 AND category <> '' ORDER BY category LIMIT "
      "500",
      kShop);
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const Row& row : *rows) out.push_back(row.text(0));
  return out;
}

Result<Offer> find_offer(Transaction& tx, SkuId sku) {
  auto rows = tx.query(
      "SELECT s.product, p.name, s.name, s.price, s.currency, s.price_version, s.retired, p.state, "
      "(SELECT picture FROM product_picture i WHERE i.shop_id = s.shop_id AND i.product = s.product "
      "ORDER BY position LIMIT 1), p.needs_shipping, p.category, p.price_hidden "
      "FROM sku s JOIN product p ON p.shop_id = s.shop_id AND p.product = s.product "
      "WHERE s.shop_id = $1 AND s.sku = $2",
      kShop, sku);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.sku"};
  const Row& row = rows->front();
  const bool active = static_cast<ProductState>(row.integer(7)) == ProductState::active;
  return Offer{.sku = sku,
               .product = row.id<ProductId>(0),
               .product_name = row.text(1),
               .variant_name = row.text(2),
               .category = row.text(10),
               .picture = row.is_null(8) ? std::nullopt : std::optional(row.id<PictureId>(8)),
               .price = read_money(row, 3, 4),
               .price_version = row.integer(5),
               .needs_shipping = row.integer(9) != 0,
               .on_offer = row.integer(6) == 0 && active,
               .price_hidden = row.integer(11) != 0};
}

}  // namespace vitrine
