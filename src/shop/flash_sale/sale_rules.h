// A flash sale's life and who may grab, decided before anything is written; pure.
//
//   draft -> scheduled -> preheat -> open <-> paused -> ended -> settled
//     \________\___________/^  (started by hand)   \______/^  (stopped by hand: from any state but draft)
//
// Invariants:
//   1. A step is a compare-and-set on (state, version) and one flash_move row; only open and paused
//   alternate.
//   2. The server's receive time decides start and end, whatever state is stored yet (SHOP-RULES 15).
//   3. settled: nothing is held and nothing free.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/money.h"
#include "shop/stock/stock_rules.h"

namespace vitrine {

enum class SaleState : uint8_t { draft, scheduled, preheat, open, paused, ended, settled };
constexpr std::array<std::string_view, 7> enum_names(SaleState) {
  return {"draft", "scheduled", "preheat", "open", "paused", "ended", "settled"};
}
inline std::string_view name_of(SaleState state) {
  return enum_names(state)[static_cast<size_t>(state)];
}

bool may_follow(SaleState from, SaleState to);
// Units that come back stay in the sale's pool.
inline bool keeps_units(SaleState state) {
  return state != SaleState::ended && state != SaleState::settled;
}

// What staff decided; lengths of time count from each other.
struct SalePlan {
  std::optional<WallTime> starts{};  // empty: started by hand
  Milliseconds preheat{0};           // shown with a countdown this long before it opens
  Milliseconds open_delay{0};        // between the host's word and the buttons: the picture is behind
  Milliseconds duration{0};
  int64_t per_buyer = 1;  // units, over all variants
  int64_t per_order = 1;
  int64_t pay_minutes = 5;
};

struct SaleTimes {
  WallTime preheat{};
  WallTime opens{};
  WallTime ends{};
};
SaleTimes times_of(WallTime starts, const SalePlan& plan);
// The state that time has made of the stored one by `now`.
SaleState state_at(SaleState stored, const SaleTimes& times, WallTime now);

// Why nobody can grab at `now`; empty when the sale is open. `conflict` "shop.not_started", "shop.paused",
// "shop.ended".
std::optional<Error> closed_refusal(SaleState stored, const SaleTimes& times, WallTime now);

struct GrabWish {
  int64_t units = 0;
  Money total{};  // as the buyer saw it
  WallTime received{};
};
// Everything the decision looks at.
struct GrabFacts {
  SaleState state = SaleState::draft;  // as stored
  SaleTimes times{};
  int64_t per_buyer = 1;
  int64_t per_order = 1;
  int64_t buyer_units = 0;  // held or bought by this buyer already
  Money price{};
  Pool pool{};
  int64_t kept = 0;  // free units that others may take before this buyer
};
struct GrabRefusal {
  Error error;
  std::optional<Money> total{};    // what it costs
  std::optional<int64_t> place{};  // in the line
};
// In this order: time, limits, price, stock. Refusals besides closed_refusal's: "shop.limit",
// "shop.price_changed", "shop.sold_out", "shop.all_held".
std::optional<GrabRefusal> refuse_grab(const GrabWish& wish, const GrabFacts& facts);

}  // namespace vitrine
