// What may happen to a pool of units, as pure arithmetic (SHOP-RULES 9, 10, 13).
//
// Invariants of a pool:
//   1. free, held and sold are never negative.
//   2. free + held + sold = units that came in - units that went out.
//   3. Every change raises the version by one and is one movement row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace vitrine {

struct Pool {
  PoolId pool{};
  SkuId sku{};
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
  int64_t version = 0;
  friend bool operator==(const Pool&, const Pool&) = default;
};

enum class MovementKind : uint8_t {
  received,
  written_off,
  held,
  released,
  expired,
  committed,
  returned,
  moved_out,  // to another pool of the SKU
  moved_in,
};
constexpr std::array<std::string_view, 9> enum_names(MovementKind) {
  return {"received",  "written_off", "held",      "released", "expired",
          "committed", "returned",    "moved_out", "moved_in"};
}

inline constexpr int64_t kPoolUnitsMax = 1'000'000'000;

// What a movement adds to each part of the pool.
struct MovementEffect {
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
};
MovementEffect effect_of(MovementKind kind, int64_t quantity);

// The pool after `quantity` > 0 units moved. Errors: `conflict` "shop.stock_short" when more is written
// off or moved out than is free, `invalid_input` "shop.stock_too_many" past kPoolUnitsMax; `internal`
// "shop.broken_pool" when a part would fall below zero otherwise: nobody may ask for that.
Result<Pool> after_movement(Pool pool, MovementKind kind, int64_t quantity);

// Why `wanted` units cannot be held now; empty when they can. `conflict` "shop.sold_out": they will not
// come back by themselves. `conflict` "shop.all_held": others hold them and may let go.
std::optional<Error> hold_refusal(const Pool& pool, int64_t wanted);

}  // namespace vitrine
