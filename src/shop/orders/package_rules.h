// What goes into which package of an order; pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "shop/orders/order_store.h"

namespace vitrine {

// Where a package is, as the carrier or the staff say.
enum class TrackState : uint8_t { in_transit, out_for_delivery, delivered, problem };
constexpr std::array<std::string_view, 4> enum_names(TrackState) {
  return {"in_transit", "out_for_delivery", "delivered", "problem"};
}

// Units of one line of an order, counted from 0.
struct Packed {
  int64_t line = 0;
  int64_t units = 0;
  friend bool operator==(const Packed&, const Packed&) = default;
};

// Units of each line that are to be sent and are in no package yet; 0 for what is not sent at all.
std::vector<int64_t> left_to_ship(const std::vector<OrderLine>& lines, const std::vector<Packed>& packed);

// What a package takes: `wanted`, or without it everything that is left. Errors: `invalid_input`
// "shop.package_line" (no such line, or twice), `conflict` "shop.package_units" (more than is left),
// "shop.nothing_to_ship".
Result<std::vector<Packed>> pack(const std::vector<int64_t>& left,
                                 const std::optional<std::vector<Packed>>& wanted);

// The order's state once `taken` has gone out of `left`.
OrderState state_after(const std::vector<int64_t>& left, const std::vector<Packed>& taken);

}  // namespace vitrine
