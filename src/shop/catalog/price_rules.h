// Which price of a variant is in force for whom: pure.
//
// A variant has its base price, and entries of the price list above it. They do not stack; in force is
//   1. the activity price that began last,
//   2. else the member price of the highest tier the buyer has,
//   3. else the base price.
// An entry above the base price is never in force: nobody pays more for being a member.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"

namespace vitrine {

enum class PriceKind : uint8_t { base, member, activity };
constexpr std::array<std::string_view, 3> enum_names(PriceKind) {
  return {"base", "member", "activity"};
}

struct PriceEntry {
  int64_t number = 0;  // of the entry, unique in the shop; stands where the base price has its version
  SkuId sku{};
  PriceKind kind = PriceKind::activity;
  int64_t tier = 0;     // the lowest that has it, for member
  std::string label{};  // what buyers read beside it; may be empty
  Money price{};
  WallTime from{};
  std::optional<WallTime> until{};
};

// For whom and when a price is asked.
struct PriceEyes {
  int64_t tier = 0;  // 0: a guest, or a buyer without one
  WallTime now{};
};

// The entry in force, or none: the base price is.
std::optional<PriceEntry> price_in_force(const std::vector<PriceEntry>& entries, Money base, PriceEyes eyes);

}  // namespace vitrine
