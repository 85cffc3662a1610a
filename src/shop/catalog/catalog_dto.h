// What the catalog takes and answers over HTTP.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"

namespace vitrine {

enum class ProductState : uint8_t { active, archived };
constexpr std::array<std::string_view, 2> enum_names(ProductState) {
  return {"active", "archived"};
}

struct StockView {
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
  static constexpr std::string_view schema_name = "Stock";
  static constexpr auto fields() {
    return std::tuple{field("free", &StockView::free), field("held", &StockView::held),
                      field("sold", &StockView::sold)};
  }
};

struct VariantView {
  SkuId sku{};
  std::string name{};
  Money price{};
  int64_t price_version = 1;
  StockView stock{};
  static constexpr std::string_view schema_name = "Variant";
  static constexpr auto fields() {
    return std::tuple{field("sku", &VariantView::sku), field("name", &VariantView::name),
                      field("price", &VariantView::price),
                      field("price_version", &VariantView::price_version),
                      field("stock", &VariantView::stock)};
  }
};

struct ProductView {
  ProductId product{};
  std::string name{};
  std::string description{};
  std::string category{};
  std::vector<std::string> pictures{};  // addresses
  ProductState state = ProductState::active;
  bool needs_shipping = true;
  bool price_hidden = false;
  int64_t version = 1;
  std::vector<VariantView> variants{};
  int64_t created_at_ms = 0;
  static constexpr std::string_view schema_name = "Product";
  static constexpr auto fields() {
    return std::tuple{field("product", &ProductView::product),
                      field("name", &ProductView::name),
                      field("description", &ProductView::description),
                      field("category", &ProductView::category, {.help = "Empty: none"}),
                      field("pictures", &ProductView::pictures),
                      field("state", &ProductView::state),
                      field("needs_shipping", &ProductView::needs_shipping,
                            {.help = "false: a ticket or the like, bought without an address"}),
                      field("price_hidden", &ProductView::price_hidden,
                            {.help = "Viewers see no price and cannot buy until it opens"}),
                      field("version", &ProductView::version, {.help = "Send it back when changing"}),
                      field("variants", &ProductView::variants),
                      field("created_at_ms", &ProductView::created_at_ms)};
  }
};

struct ProductPage {
  std::vector<ProductView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "ProductPage";
  static constexpr auto fields() {
    return std::tuple{field("items", &ProductPage::items), field("next", &ProductPage::next)};
  }
};

struct VariantDraft {
  std::optional<SkuId> sku{};
  std::string name{};
  Money price{};
  std::optional<int64_t> initial_stock{};
  static constexpr std::string_view schema_name = "VariantDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("sku", &VariantDraft::sku, {.help = "An existing variant; without it a new one is made"}),
        field("name", &VariantDraft::name, {.min = 1, .max = 60}),
        field("price", &VariantDraft::price, {.min = 1, .max = 100'000'000'00}),
        field("initial_stock", &VariantDraft::initial_stock,
              {.help = "Units of a new variant", .min = 0, .max = 1'000'000'000})};
  }
};

struct ProductDraft {
  std::string name{};
  std::string description{};
  std::optional<std::string> category{};
  std::vector<PictureId> pictures{};
  std::vector<VariantDraft> variants{};
  std::optional<bool> needs_shipping{};
  std::optional<int64_t> version{};
  static constexpr std::string_view schema_name = "ProductDraft";
  static constexpr auto fields() {
    return std::tuple{field("name", &ProductDraft::name, {.min = 1, .max = 80}),
                      field("description", &ProductDraft::description, {.max = 4000}),
                      field("category", &ProductDraft::category, {.max = 40}),
                      field("pictures", &ProductDraft::pictures, {.max = 9}),
                      field("variants", &ProductDraft::variants, {.min = 1, .max = 50}),
                      field("needs_shipping", &ProductDraft::needs_shipping,
                            {.help = "Left out: true for a new product, else as it was"}),
                      field("version", &ProductDraft::version, {.help = "When changing: the version seen"})};
  }
};

struct CategoryList {
  std::vector<std::string> items{};
  static constexpr std::string_view schema_name = "CategoryList";
  static constexpr auto fields() { return std::tuple{field("items", &CategoryList::items)}; }
};

struct PictureView {
  PictureId picture{};
  std::string url{};
  int64_t width = 0;
  int64_t height = 0;
  static constexpr std::string_view schema_name = "Picture";
  static constexpr auto fields() {
    return std::tuple{field("picture", &PictureView::picture), field("url", &PictureView::url),
                      field("width", &PictureView::width), field("height", &PictureView::height)};
  }
};

struct StockDraft {
  int64_t change = 0;
  std::string reason{};
  static constexpr std::string_view schema_name = "StockDraft";
  static constexpr auto fields() {
    return std::tuple{field("change", &StockDraft::change,
                            {.help = "Units received (above 0) or written off (below 0)",
                             .min = -1'000'000'000,
                             .max = 1'000'000'000}),
                      field("reason", &StockDraft::reason, {.min = 1, .max = 120})};
  }
};

struct StockChangeView {
  SkuId sku{};
  StockView stock{};
  int64_t version = 0;
  static constexpr std::string_view schema_name = "StockChange";
  static constexpr auto fields() {
    return std::tuple{field("sku", &StockChangeView::sku), field("stock", &StockChangeView::stock),
                      field("version", &StockChangeView::version)};
  }
};

inline std::string picture_url(PictureId picture) {
  return "/v1/pictures/" + picture.str();
}

}  // namespace vitrine
