// Everything modules may learn of each other as it happens: past-tense events, written to the outbox
// in the transaction that made them true. Events only gain fields; a new meaning is a new event.
// No event carries personal data (SHOP-RULES 23).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/dto.h"

namespace vitrine {

// A media time in JSON: {"epoch": 3, "pts90k": 1234567}.
struct MediaTimeDto {
  int64_t epoch = 0;
  int64_t pts90k = 0;
  static constexpr std::string_view schema_name = "MediaTime";
  static constexpr auto fields() {
    return std::tuple{
        field("epoch", &MediaTimeDto::epoch, {.min = 0}),
        field("pts90k", &MediaTimeDto::pts90k, {.help = "90 kHz ticks on the stream's own line"})};
  }
};

struct ProductShown {
  static constexpr std::string_view kind = "ProductShown";
  static constexpr int schema = 1;
  std::string room;
  ProductId product;
  int64_t at_ms = 0;
  std::optional<MediaTimeDto> media;
  static constexpr auto fields() {
    return std::tuple{field("room", &ProductShown::room), field("product", &ProductShown::product),
                      field("at_ms", &ProductShown::at_ms), field("media", &ProductShown::media)};
  }
};

struct ProductHidden {
  static constexpr std::string_view kind = "ProductHidden";
  static constexpr int schema = 1;
  std::string room;
  ProductId product;
  int64_t at_ms = 0;
  std::optional<MediaTimeDto> media;
  static constexpr auto fields() {
    return std::tuple{field("room", &ProductHidden::room), field("product", &ProductHidden::product),
                      field("at_ms", &ProductHidden::at_ms), field("media", &ProductHidden::media)};
  }
};

// A hidden price opened (开价); the price itself is in the showcase, whose new version is `version`.
struct PriceRevealed {
  static constexpr std::string_view kind = "PriceRevealed";
  static constexpr int schema = 1;
  std::string room;
  ProductId product;
  int64_t version = 0;
  int64_t at_ms = 0;
  std::optional<MediaTimeDto> media;
  static constexpr auto fields() {
    return std::tuple{field("room", &PriceRevealed::room), field("product", &PriceRevealed::product),
                      field("version", &PriceRevealed::version), field("at_ms", &PriceRevealed::at_ms),
                      field("media", &PriceRevealed::media)};
  }
};

// The room's list of products, their order, names, prices or pictures changed: read it again.
struct ShowcaseChanged {
  static constexpr std::string_view kind = "ShowcaseChanged";
  static constexpr int schema = 1;
  std::string room;
  int64_t version = 0;
  static constexpr auto fields() {
    return std::tuple{field("room", &ShowcaseChanged::room), field("version", &ShowcaseChanged::version)};
  }
};

// A SKU's sellable pool after a change. `rooms` are those whose showcase carries the SKU.
struct StockChanged {
  static constexpr std::string_view kind = "StockChanged";
  static constexpr int schema = 1;
  SkuId sku;
  std::vector<std::string> rooms;
  int64_t free = 0;
  int64_t held = 0;
  int64_t version = 0;
  static constexpr auto fields() {
    return std::tuple{field("sku", &StockChanged::sku), field("rooms", &StockChanged::rooms),
                      field("free", &StockChanged::free), field("held", &StockChanged::held),
                      field("version", &StockChanged::version)};
  }
};

// One event for each state an order enters; `buyer` is the account the private lane belongs to and
// `buyer_masked` the only name a public line may show ("b***1").
struct OrderChanged {
  static constexpr std::string_view kind = "OrderChanged";
  static constexpr int schema = 1;
  OrderId order;
  std::string
      state;  // pending_payment | closing | paid | shipped | completed | closed | refunding | refunded
  AccountId buyer;
  std::string buyer_masked;
  std::optional<std::string> room;
  std::optional<ProductId> product;  // the first line's, for "b***1 bought ..."
  Money total;
  std::optional<int64_t> pay_by_ms;
  bool test = false;
  int64_t at_ms = 0;
  static constexpr auto fields() {
    return std::tuple{
        field("order", &OrderChanged::order), field("state", &OrderChanged::state),
        field("buyer", &OrderChanged::buyer), field("buyer_masked", &OrderChanged::buyer_masked),
        field("room", &OrderChanged::room),   field("product", &OrderChanged::product),
        field("total", &OrderChanged::total), field("pay_by_ms", &OrderChanged::pay_by_ms),
        field("test", &OrderChanged::test),   field("at_ms", &OrderChanged::at_ms)};
  }
};

// One variant on a flash sale, as its card shows it.
struct FlashSaleOffer {
  SkuId sku{};
  ProductId product{};
  std::string name{};
  std::string variant{};
  std::optional<std::string> picture{};
  Money price{};
  Money list_price{};
  int64_t units = 0;
  static constexpr std::string_view schema_name = "FlashSaleOffer";
  static constexpr auto fields() {
    return std::tuple{field("sku", &FlashSaleOffer::sku),
                      field("product", &FlashSaleOffer::product),
                      field("name", &FlashSaleOffer::name),
                      field("variant", &FlashSaleOffer::variant),
                      field("picture", &FlashSaleOffer::picture),
                      field("price", &FlashSaleOffer::price),
                      field("list_price", &FlashSaleOffer::list_price, {.help = "Without the sale"}),
                      field("units", &FlashSaleOffer::units, {.help = "In the sale's pool at its start"})};
  }
};

// A flash sale entered a state; carries all that a card shows, so that nobody has to ask for it.
struct FlashSaleChanged {
  static constexpr std::string_view kind = "FlashSaleChanged";
  static constexpr int schema = 1;
  FlashSaleId sale{};
  std::string room{};
  int64_t version = 0;
  std::string state{};  // scheduled | preheat | open | paused | ended | settled
  int64_t preheat_at_ms = 0;
  int64_t opens_at_ms = 0;
  int64_t ends_at_ms = 0;
  int64_t per_buyer = 1;
  int64_t per_order = 1;
  std::vector<FlashSaleOffer> items{};
  int64_t at_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field("sale", &FlashSaleChanged::sale),
                      field("room", &FlashSaleChanged::room),
                      field("version", &FlashSaleChanged::version),
                      field("state", &FlashSaleChanged::state),
                      field("preheat_at_ms", &FlashSaleChanged::preheat_at_ms),
                      field("opens_at_ms", &FlashSaleChanged::opens_at_ms),
                      field("ends_at_ms", &FlashSaleChanged::ends_at_ms),
                      field("per_buyer", &FlashSaleChanged::per_buyer),
                      field("per_order", &FlashSaleChanged::per_order),
                      field("items", &FlashSaleChanged::items),
                      field("at_ms", &FlashSaleChanged::at_ms)};
  }
};

// An order that grabbed units: its first state, told with the batch instead of an OrderChanged of its own.
struct GrabMade {
  OrderId order{};
  AccountId buyer{};
  std::string buyer_masked{};
  Money total{};
  int64_t pay_by_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field("order", &GrabMade::order), field("buyer", &GrabMade::buyer),
                      field("buyer_masked", &GrabMade::buyer_masked), field("total", &GrabMade::total),
                      field("pay_by_ms", &GrabMade::pay_by_ms)};
  }
};

// A flash sale's pool after a change; one for a whole batch of grabs.
struct FlashStockChanged {
  static constexpr std::string_view kind = "FlashStockChanged";
  static constexpr int schema = 1;
  FlashSaleId sale{};
  std::string room{};
  SkuId sku{};
  ProductId product{};
  int64_t units = 0;  // in the pool at the sale's start
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
  int64_t version = 0;
  std::vector<GrabMade> grabs{};
  static constexpr auto fields() {
    return std::tuple{field("sale", &FlashStockChanged::sale),
                      field("room", &FlashStockChanged::room),
                      field("sku", &FlashStockChanged::sku),
                      field("product", &FlashStockChanged::product),
                      field("units", &FlashStockChanged::units),
                      field("free", &FlashStockChanged::free),
                      field("held", &FlashStockChanged::held),
                      field("sold", &FlashStockChanged::sold),
                      field("version", &FlashStockChanged::version),
                      field("grabs", &FlashStockChanged::grabs, {.max = 10'000})};
  }
};

// Units came back and are kept a short while for the buyer whose turn it is.
struct FlashTurnCame {
  static constexpr std::string_view kind = "FlashTurnCame";
  static constexpr int schema = 1;
  FlashSaleId sale{};
  SkuId sku{};
  AccountId buyer{};
  int64_t until_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field("sale", &FlashTurnCame::sale), field("sku", &FlashTurnCame::sku),
                      field("buyer", &FlashTurnCame::buyer), field("until_ms", &FlashTurnCame::until_ms)};
  }
};

// A coupon came to be, was claimed, paused, opened again or ended; one for a whole batch of claims. A room
// that shows it asks GET /v1/rooms/ROOM/coupons again, or takes `left` and `state` from here.
struct CouponChanged {
  static constexpr std::string_view kind = "CouponChanged";
  static constexpr int schema = 1;
  CouponId coupon{};
  std::string name{};
  std::optional<std::string> room{};  // where it is shown
  std::string state{};                // active | paused | ended
  int64_t quota = 0;
  int64_t left = 0;  // claims still to be had
  int64_t claim_from_ms = 0;
  int64_t claim_to_ms = 0;
  int64_t version = 0;
  int64_t at_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field("coupon", &CouponChanged::coupon),
                      field("name", &CouponChanged::name),
                      field("room", &CouponChanged::room),
                      field("state", &CouponChanged::state),
                      field("quota", &CouponChanged::quota),
                      field("left", &CouponChanged::left),
                      field("claim_from_ms", &CouponChanged::claim_from_ms),
                      field("claim_to_ms", &CouponChanged::claim_to_ms),
                      field("version", &CouponChanged::version),
                      field("at_ms", &CouponChanged::at_ms)};
  }
};

struct RoomCreated {
  static constexpr std::string_view kind = "RoomCreated";
  static constexpr int schema = 1;
  std::string room;
  std::string title;
  std::string stream;
  static constexpr auto fields() {
    return std::tuple{field("room", &RoomCreated::room), field("title", &RoomCreated::title),
                      field("stream", &RoomCreated::stream)};
  }
};

// A guest signed in: what the guest owned (cart, chat name) now belongs to the account.
struct GuestSignedIn {
  static constexpr std::string_view kind = "GuestSignedIn";
  static constexpr int schema = 1;
  GuestId guest;
  AccountId account;
  static constexpr auto fields() {
    return std::tuple{field("guest", &GuestSignedIn::guest), field("account", &GuestSignedIn::account)};
  }
};

// A sign-in ended before its time: signed out, sent away, or its account was closed. What was opened in it
// (a room's socket, a picture) ends too.
struct SessionEnded {
  static constexpr std::string_view kind = "SessionEnded";
  static constexpr int schema = 1;
  SessionId session;
  static constexpr auto fields() { return std::tuple{field("session", &SessionEnded::session)}; }
};

// Staff set a buyer's tier.
struct BuyerTierChanged {
  static constexpr std::string_view kind = "BuyerTierChanged";
  static constexpr int schema = 1;
  AccountId account;
  int64_t tier = 0;
  static constexpr auto fields() {
    return std::tuple{field("account", &BuyerTierChanged::account), field("tier", &BuyerTierChanged::tier)};
  }
};

// A capability was switched for the shop (DESIGN 2): API, pages and rooms follow within 5 s.
struct CapabilitiesChanged {
  static constexpr std::string_view kind = "CapabilitiesChanged";
  static constexpr int schema = 1;
  bool selling = true;
  bool chat = true;
  int64_t version = 0;
  static constexpr auto fields() {
    return std::tuple{field("selling", &CapabilitiesChanged::selling),
                      field("chat", &CapabilitiesChanged::chat),
                      field("version", &CapabilitiesChanged::version)};
  }
};

}  // namespace vitrine
