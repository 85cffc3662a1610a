#include "shop/orders/package_rules.h"

#include <algorithm>
#include <set>

namespace vitrine {

std::vector<int64_t> left_to_ship(const std::vector<OrderLine>& lines, const std::vector<Packed>& packed) {
  std::vector<int64_t> left;
  for (const OrderLine& line : lines) left.push_back(line.needs_shipping ? line.quantity : 0);
  for (const Packed& one : packed) left.at(static_cast<size_t>(one.line)) -= one.units;
  return left;
}

Result<std::vector<Packed>> pack(const std::vector<int64_t>& left,
                                 const std::optional<std::vector<Packed>>& wanted) {
  std::vector<Packed> rest;
  for (size_t at = 0; at < left.size(); ++at) {
    if (left[at] > 0) rest.push_back({static_cast<int64_t>(at), left[at]});
  }
  if (rest.empty()) return Error{ErrorKind::conflict, "shop.nothing_to_ship"};
  if (!wanted) return rest;
  std::set<int64_t> seen;
  for (const Packed& one : *wanted) {
    const bool known = one.line >= 0 && one.line < static_cast<int64_t>(left.size());
    if (!known || !seen.insert(one.line).second) return Error{ErrorKind::invalid_input, "shop.package_line"};
    if (one.units > left[static_cast<size_t>(one.line)])
      return Error{ErrorKind::conflict, "shop.package_units"};
  }
  return *wanted;
}

OrderState state_after(const std::vector<int64_t>& left, const std::vector<Packed>& taken) {
  std::vector<int64_t> rest = left;
  for (const Packed& one : taken) rest.at(static_cast<size_t>(one.line)) -= one.units;
  const bool all = std::all_of(rest.begin(), rest.end(), [](int64_t units) { return units == 0; });
  return all ? OrderState::shipped : OrderState::partly_shipped;
}

}  // namespace vitrine
