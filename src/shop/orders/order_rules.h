// An order's life, as a table of legal steps, and its deadline.
//
//   (new) -> pending_payment -> paid -> partly_shipped -> shipped -> completed
//                 |     |        ^ |\-> refunding -> refunded ^
//                 |     v        | +--------------------------+
//                 |   closing ---+      every package is a step
//                 |     |
//                 +-----+-> closed       terminal: money that comes later goes back
//
// Invariants:
//   1. A step is a compare-and-set on (state, version), one order_event row and one OrderChanged.
//   2. In closing the units stay held until every attempt is closed or failed by the provider's word.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace vitrine {

enum class OrderState : uint8_t {
  pending_payment,
  closing,
  paid,
  shipped,
  completed,
  closed,
  refunding,
  refunded,
  partly_shipped,
};
constexpr std::array<std::string_view, 9> enum_names(OrderState) {
  return {"pending_payment", "closing",   "paid",     "shipped",       "completed",
          "closed",          "refunding", "refunded", "partly_shipped"};
}
inline std::string_view name_of(OrderState state) {
  return enum_names(state)[static_cast<size_t>(state)];
}

bool may_follow(OrderState from, OrderState to);
// Units are still set aside for it.
inline bool holds_stock(OrderState state) {
  return state == OrderState::pending_payment || state == OrderState::closing;
}

// When an unpaid order's time is up (SHOP-RULES 11): a moment on the boot clock, which goes on through
// sleep and knows nothing of people setting the wall clock. `wall` is for showing only.
struct Deadline {
  WallTime wall{};
  int64_t boot_ms = 0;
  uint64_t boot_id = 0;
};

// How far the boot clock had come when it was last written down (every kMarkPause).
struct BootMark {
  int64_t boot_ms = 0;
  uint64_t boot_id = 0;
};
inline constexpr Milliseconds kMarkPause{10'000};

Deadline deadline_in(Milliseconds time, WallTime wall, BootTime boot);
// Only ever late: false on another boot, until rebased.
bool is_due(const Deadline& deadline, BootTime now);
// The deadline on the clock of a new boot: what remained at the last mark remains now.
Deadline rebased(const Deadline& deadline, const BootMark& last, WallTime wall, BootTime now);

// "b***1": the only form of a name that others may see (SHOP-RULES 23).
std::string masked_name(std::string_view name);
// "138****1234": the last four digits and the first three of what is left.
std::string masked_phone(std::string_view phone);

}  // namespace vitrine
