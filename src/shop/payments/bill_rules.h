// A provider's bill of a day against our books of it, pure.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "shop/payments/provider.h"

namespace vitrine {

enum class BillDifferenceKind : uint8_t {
  only_theirs,  // the provider moved money our books do not know
  only_ours,    // we booked what the provider does not have
  amount,       // both have it, with different amounts
};
constexpr std::array<std::string_view, 3> enum_names(BillDifferenceKind) {
  return {"only_theirs", "only_ours", "amount"};
}

struct BillDifference {
  BillDifferenceKind kind = BillDifferenceKind::amount;
  PaymentId payment{};
  RefundId refund{};  // 0: a payment
  Money theirs{};
  Money ours{};
};

// By payment and refund number, in that order; a line told twice counts twice.
std::vector<BillDifference> compare_bills(std::span<const BillLine> theirs, std::span<const BillLine> ours);

inline constexpr int64_t kDayMs = 86'400'000;
// The day of UTC that `now` is in, `back` days earlier.
BillDay day_of(WallTime now, int64_t back = 0);

}  // namespace vitrine
