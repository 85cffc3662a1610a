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
