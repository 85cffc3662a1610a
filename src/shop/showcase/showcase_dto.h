// What the showcase takes and answers over HTTP.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"
#include "contract/events.h"
#include "shop/catalog/price_rules.h"

namespace vitrine {

struct CardStock {
  int64_t free = 0;
  int64_t held = 0;
  int64_t version = 0;
  static constexpr std::string_view schema_name = "CardStock";
  static constexpr auto fields() {
    return std::tuple{field("free", &CardStock::free), field("held", &CardStock::held),
                      field("version", &CardStock::version, {.help = "Orders updates; the highest wins"})};
  }
};

struct CardVariant {
  SkuId sku{};
  std::string name{};
  std::optional<Money> price{};
  int64_t price_version = 1;
  CardStock stock{};
  std::optional<Money> list_price{};
  PriceKind price_kind = PriceKind::base;
  std::string price_label{};
  static constexpr std::string_view schema_name = "CardVariant";
  static constexpr auto fields() {
    return std::tuple{
        field("sku", &CardVariant::sku),
        field("name", &CardVariant::name),
        field("price", &CardVariant::price, {.help = "In force for the caller, now; none until it opens"}),
        field("price_version", &CardVariant::price_version),
        field("stock", &CardVariant::stock),
        field("list_price", &CardVariant::list_price,
              {.help = "The base price, when another is in force for the caller"}),
        field("price_kind", &CardVariant::price_kind),
        field("price_label", &CardVariant::price_label, {.help = "Of an activity price"})};
  }
};

struct Card {
  ProductId product{};
  int64_t number = 0;
  std::string name{};
  std::string description{};
  std::vector<std::string> pictures{};
  std::vector<CardVariant> variants{};
  bool sold_out = false;
  bool needs_shipping = true;
  bool price_hidden = false;
  static constexpr std::string_view schema_name = "Card";
  static constexpr auto fields() {
    return std::tuple{field("product", &Card::product),
                      field("number", &Card::number),
                      field("name", &Card::name),
                      field("description", &Card::description),
                      field("pictures", &Card::pictures),
                      field("variants", &Card::variants),
                      field("sold_out", &Card::sold_out, {.help = "No unit is free or held"}),
                      field("needs_shipping", &Card::needs_shipping),
                      field("price_hidden", &Card::price_hidden,
                            {.help = "Until it opens viewers are told no price and nothing can be bought"})};
  }
};

struct NowShowingView {
  ProductId product{};
  int64_t at_ms = 0;
  std::optional<MediaTimeDto> media{};
  static constexpr std::string_view schema_name = "NowShowing";
  static constexpr auto fields() {
    return std::tuple{field("product", &NowShowingView::product), field("at_ms", &NowShowingView::at_ms),
                      field("media", &NowShowingView::media)};
  }
};

struct ShowcaseView {
  int64_t version = 0;
  std::vector<Card> items{};
  std::optional<NowShowingView> now_showing{};
  static constexpr std::string_view schema_name = "Showcase";
  static constexpr auto fields() {
    return std::tuple{field("version", &ShowcaseView::version), field("items", &ShowcaseView::items),
                      field("now_showing", &ShowcaseView::now_showing)};
  }
};

struct ShowcaseDraft {
  std::vector<ProductId> products{};
  static constexpr std::string_view schema_name = "ShowcaseDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("products", &ShowcaseDraft::products, {.help = "In the order shown", .max = 500})};
  }
};

struct ShowDraft {
  ProductId product{};
  std::optional<MediaTimeDto> playhead{};
  static constexpr std::string_view schema_name = "ShowDraft";
  static constexpr auto fields() {
    return std::tuple{field("product", &ShowDraft::product),
                      field("playhead", &ShowDraft::playhead, {.help = "Where the console's preview is"})};
  }
};

}  // namespace vitrine
