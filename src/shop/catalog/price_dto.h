// What the price list takes and answers over HTTP.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"
#include "shop/catalog/price_rules.h"

namespace vitrine {

struct PriceView {
  int64_t number = 0;
  SkuId sku{};
  PriceKind kind = PriceKind::activity;
  int64_t tier = 0;
  std::string label{};
  Money price{};
  int64_t from_ms = 0;
  std::optional<int64_t> until_ms{};
  bool in_force = false;
  static constexpr std::string_view schema_name = "Price";
  static constexpr auto fields() {
    return std::tuple{field("number", &PriceView::number),
                      field("sku", &PriceView::sku),
                      field("kind", &PriceView::kind, {.help = "member or activity"}),
                      field("tier", &PriceView::tier, {.help = "The lowest that has it, for member"}),
                      field("label", &PriceView::label, {.help = "What buyers read beside it"}),
                      field("price", &PriceView::price),
                      field("from_ms", &PriceView::from_ms),
                      field("until_ms", &PriceView::until_ms, {.help = "Empty: until it is ended"}),
                      field("in_force", &PriceView::in_force,
                            {.help = "Now, for somebody: begun, and not above the base price"})};
  }
};
struct PriceList {
  std::vector<PriceView> items{};
  static constexpr std::string_view schema_name = "PriceList";
  static constexpr auto fields() { return std::tuple{field("items", &PriceList::items, {.max = 200})}; }
};

struct PriceDraft {
  SkuId sku{};
  PriceKind kind = PriceKind::activity;
  std::optional<int64_t> tier{};
  std::string label{};
  Money price{};
  std::optional<int64_t> from_ms{};
  std::optional<int64_t> until_ms{};
  static constexpr std::string_view schema_name = "PriceDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("sku", &PriceDraft::sku),
        field("kind", &PriceDraft::kind, {.help = "member or activity"}),
        field("tier", &PriceDraft::tier, {.help = "For member: the lowest that has it", .min = 1, .max = 9}),
        field("label", &PriceDraft::label, {.max = 20}),
        field("price", &PriceDraft::price, {.min = 1, .max = 100'000'000'00}),
        field("from_ms", &PriceDraft::from_ms, {.help = "Now if left out", .min = 0}),
        field("until_ms", &PriceDraft::until_ms,
              {.help = "Its first moment without it; an activity needs one", .min = 0})};
  }
};

}  // namespace vitrine
