// One attempt to pay an order, as a state machine.
//
//   created --> prepaid --> paying --> succeeded
//      |           |           |  \--> closed
//      |           |           |  \--> failed
//      |           |           \-----> unknown --> (asked again until the provider says which)
//      \-----------\--> the same ends
//   closed or failed --> succeeded   the money came all the same; the order decides what becomes of it
//
// Invariants:
//   1. An attempt ends as closed or failed only by the provider's own word, never by time alone.
//   2. An order has at most one open attempt.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vitrine {

enum class AttemptState : uint8_t { created, prepaid, paying, succeeded, closed, failed, unknown };
constexpr std::array<std::string_view, 7> enum_names(AttemptState) {
  return {"created", "prepaid", "paying", "succeeded", "closed", "failed", "unknown"};
}

// Money may still come of it.
bool is_open(AttemptState state);
bool may_follow(AttemptState from, AttemptState to);

// How long to wait before asking the provider again, after `polls` questions without an answer that
// ends the attempt: 5 s, 15 s, 1 min, 5 min, then 10 min each.
Milliseconds poll_pause(int64_t polls);

}  // namespace vitrine
