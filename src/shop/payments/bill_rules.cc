#include "shop/payments/bill_rules.h"

#include <map>
#include <utility>

namespace vitrine {
namespace {

using Key = std::pair<PaymentId, RefundId>;

std::map<Key, Money> sums(std::span<const BillLine> lines) {
  std::map<Key, Money> out;
  for (const BillLine& line : lines) {
    Money& sum = out.try_emplace({line.payment, line.refund}, Money{0, line.amount.currency}).first->second;
    sum.amount += line.amount.amount;
  }
  return out;
}

}  // namespace

std::vector<BillDifference> compare_bills(std::span<const BillLine> theirs, std::span<const BillLine> ours) {
  std::map<Key, Money> left = sums(ours);
  std::vector<BillDifference> out;
  for (const auto& [key, amount] : sums(theirs)) {
    const auto found = left.find(key);
    if (found == left.end()) {
      out.push_back({BillDifferenceKind::only_theirs, key.first, key.second, amount, {0, amount.currency}});
      continue;
    }
    if (found->second != amount)
      out.push_back({BillDifferenceKind::amount, key.first, key.second, amount, found->second});
    left.erase(found);
  }
  for (const auto& [key, amount] : left) {
    out.push_back({BillDifferenceKind::only_ours, key.first, key.second, {0, amount.currency}, amount});
  }
  return out;
}

BillDay day_of(WallTime now, int64_t back) {
  const int64_t from = now.ms / kDayMs * kDayMs - back * kDayMs;
  return {{from}, {from + kDayMs}};
}

}  // namespace vitrine
