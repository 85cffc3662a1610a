// What the cart takes and answers over HTTP.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"

namespace vitrine {

struct CartLineView {
  SkuId sku{};
  int64_t quantity = 0;
  ProductId product{};
  std::string name{};
  std::string variant{};
  std::optional<Money> price{};
  int64_t price_version = 1;
  std::optional<std::string> picture{};
  int64_t free = 0;
  bool on_offer = true;
  bool price_hidden = false;
  static constexpr std::string_view schema_name = "CartLine";
  static constexpr auto fields() {
    return std::tuple{
        field("sku", &CartLineView::sku),
        field("quantity", &CartLineView::quantity),
        field("product", &CartLineView::product),
        field("name", &CartLineView::name),
        field("variant", &CartLineView::variant),
        field("price", &CartLineView::price, {.help = "None until it opens"}),
        field("price_version", &CartLineView::price_version),
        field("picture", &CartLineView::picture),
        field("free", &CartLineView::free),
        field("on_offer", &CartLineView::on_offer, {.help = "False: no longer sold, or not yet"}),
        field("price_hidden", &CartLineView::price_hidden)};
  }
};

struct CartView {
  std::vector<CartLineView> lines{};
  Money total{};  // of the lines on offer
  static constexpr std::string_view schema_name = "Cart";
  static constexpr auto fields() {
    return std::tuple{field("lines", &CartView::lines), field("total", &CartView::total)};
  }
};

struct CartLineDraft {
  int64_t quantity = 0;
  static constexpr std::string_view schema_name = "CartLineDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("quantity", &CartLineDraft::quantity, {.help = "0 removes", .min = 0, .max = 99})};
  }
};

}  // namespace vitrine
