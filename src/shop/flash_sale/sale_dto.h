// What flash sales take and answer over HTTP.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"

namespace vitrine {

struct FlashItemDraft {
  SkuId sku{};
  Money price{};
  int64_t units = 0;
  static constexpr std::string_view schema_name = "FlashItemDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("sku", &FlashItemDraft::sku), field("price", &FlashItemDraft::price),
        field("units", &FlashItemDraft::units,
              {.help = "Taken from the stock when the sale is scheduled", .min = 1, .max = 1'000'000})};
  }
};

struct FlashSaleDraft {
  std::string room{};
  std::vector<FlashItemDraft> items{};
  std::optional<int64_t> starts_at_ms{};
  int64_t duration_s = 600;
  int64_t preheat_s = 60;
  int64_t open_delay_ms = 0;
  int64_t per_buyer = 1;
  int64_t per_order = 1;
  int64_t pay_minutes = 5;
  static constexpr std::string_view schema_name = "FlashSaleDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("room", &FlashSaleDraft::room, {.min = 1, .max = 64}),
        field("items", &FlashSaleDraft::items, {.min = 1, .max = 20}),
        field("starts_at_ms", &FlashSaleDraft::starts_at_ms, {.help = "Missing: started by hand", .min = 0}),
        field("duration_s", &FlashSaleDraft::duration_s, {.min = 10, .max = 86'400}),
        field("preheat_s", &FlashSaleDraft::preheat_s,
              {.help = "How long the countdown shows before it opens", .min = 0, .max = 86'400}),
        field("open_delay_ms", &FlashSaleDraft::open_delay_ms,
              {.help = "From the host's word to open buttons: the picture comes later",
               .min = 0,
               .max = 30'000}),
        field("per_buyer", &FlashSaleDraft::per_buyer,
              {.help = "Units over the whole sale", .min = 1, .max = 99}),
        field("per_order", &FlashSaleDraft::per_order, {.min = 1, .max = 99}),
        field("pay_minutes", &FlashSaleDraft::pay_minutes,
              {.help = "How long a grab is held", .min = 1, .max = 30})};
  }
};

struct FlashStockView {
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
  int64_t version = 0;
  static constexpr std::string_view schema_name = "FlashStock";
  static constexpr auto fields() {
    return std::tuple{
        field("free", &FlashStockView::free), field("held", &FlashStockView::held),
        field("sold", &FlashStockView::sold),
        field("version", &FlashStockView::version, {.help = "Orders updates; the highest wins"})};
  }
};

struct FlashItemView {
  SkuId sku{};
  ProductId product{};
  std::string name{};
  std::string variant{};
  std::optional<std::string> picture{};
  Money price{};
  Money list_price{};
  int64_t units = 0;
  FlashStockView stock{};
  int64_t waiting = 0;
  static constexpr std::string_view schema_name = "FlashItem";
  static constexpr auto fields() {
    return std::tuple{field("sku", &FlashItemView::sku),
                      field("product", &FlashItemView::product),
                      field("name", &FlashItemView::name),
                      field("variant", &FlashItemView::variant),
                      field("picture", &FlashItemView::picture),
                      field("price", &FlashItemView::price),
                      field("list_price", &FlashItemView::list_price, {.help = "Without the sale"}),
                      field("units", &FlashItemView::units, {.help = "The sale began with so many"}),
                      field("stock", &FlashItemView::stock),
                      field("waiting", &FlashItemView::waiting, {.help = "Buyers in the line"})};
  }
};

struct FlashSaleView {
  FlashSaleId sale{};
  std::string room{};
  std::string state{};
  int64_t version = 0;
  std::optional<int64_t> starts_at_ms{};
  int64_t preheat_at_ms = 0;
  int64_t opens_at_ms = 0;
  int64_t ends_at_ms = 0;
  int64_t duration_s = 0;
  int64_t preheat_s = 0;
  int64_t open_delay_ms = 0;
  int64_t per_buyer = 1;
  int64_t per_order = 1;
  int64_t pay_minutes = 5;
  std::vector<FlashItemView> items{};
  int64_t server_time_ms = 0;
  static constexpr std::string_view schema_name = "FlashSale";
  static constexpr auto fields() {
    return std::tuple{
        field("sale", &FlashSaleView::sale),
        field("room", &FlashSaleView::room),
        field("state", &FlashSaleView::state,
              {.help = "draft, scheduled, preheat, open, paused, ended, settled"}),
        field("version", &FlashSaleView::version),
        field("starts_at_ms", &FlashSaleView::starts_at_ms),
        field("preheat_at_ms", &FlashSaleView::preheat_at_ms),
        field("opens_at_ms", &FlashSaleView::opens_at_ms),
        field("ends_at_ms", &FlashSaleView::ends_at_ms),
        field("duration_s", &FlashSaleView::duration_s),
        field("preheat_s", &FlashSaleView::preheat_s),
        field("open_delay_ms", &FlashSaleView::open_delay_ms),
        field("per_buyer", &FlashSaleView::per_buyer),
        field("per_order", &FlashSaleView::per_order),
        field("pay_minutes", &FlashSaleView::pay_minutes),
        field("items", &FlashSaleView::items),
        field("server_time_ms", &FlashSaleView::server_time_ms, {.help = "Countdowns run on this clock"})};
  }
};

struct FlashSalePage {
  std::vector<FlashSaleView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "FlashSalePage";
  static constexpr auto fields() {
    return std::tuple{field("items", &FlashSalePage::items), field("next", &FlashSalePage::next)};
  }
};

struct AdmissionView {
  std::string token{};
  int64_t until_ms = 0;
  static constexpr std::string_view schema_name = "Admission";
  static constexpr auto fields() {
    return std::tuple{field("token", &AdmissionView::token, {.help = "Goes with the grab"}),
                      field("until_ms", &AdmissionView::until_ms)};
  }
};

struct GrabDraft {
  std::string token{};
  SkuId sku{};
  int64_t quantity = 1;
  Money total{};
  static constexpr std::string_view schema_name = "GrabDraft";
  static constexpr auto fields() {
    return std::tuple{field("token", &GrabDraft::token, {.help = "Of the admission", .min = 1, .max = 512}),
                      field("sku", &GrabDraft::sku),
                      field("quantity", &GrabDraft::quantity, {.min = 1, .max = 99}),
                      field("total", &GrabDraft::total, {.help = "As shown to the buyer"})};
  }
};

struct GrabView {
  OrderId order{};
  FlashSaleId sale{};
  SkuId sku{};
  int64_t quantity = 0;
  Money total{};
  int64_t pay_by_ms = 0;
  static constexpr std::string_view schema_name = "Grab";
  static constexpr auto fields() {
    return std::tuple{field("order", &GrabView::order, {.help = "Held for the buyer: goes on at /v1/orders"}),
                      field("sale", &GrabView::sale),
                      field("sku", &GrabView::sku),
                      field("quantity", &GrabView::quantity),
                      field("total", &GrabView::total),
                      field("pay_by_ms", &GrabView::pay_by_ms)};
  }
};

struct StandingView {
  std::optional<OrderId> order{};
  std::optional<std::string> order_state{};
  std::optional<int64_t> pay_by_ms{};
  std::optional<int64_t> place{};
  std::optional<int64_t> turn_until_ms{};
  std::optional<SkuId> sku{};
  static constexpr std::string_view schema_name = "Standing";
  static constexpr auto fields() {
    return std::tuple{field("order", &StandingView::order, {.help = "The newest one grabbed here"}),
                      field("order_state", &StandingView::order_state),
                      field("pay_by_ms", &StandingView::pay_by_ms),
                      field("place", &StandingView::place, {.help = "In the line, from 1"}),
                      field("turn_until_ms", &StandingView::turn_until_ms,
                            {.help = "Units are kept for the buyer until then"}),
                      field("sku", &StandingView::sku, {.help = "Of the place or turn"})};
  }
};

}  // namespace vitrine
