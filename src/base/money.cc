#include "base/money.h"

#include <algorithm>
#include <numeric>

namespace vitrine {

std::optional<Currency> Currency::parse(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  Currency out;
  for (size_t at = 0; at < 3; ++at) {
    if (text[at] < 'A' || text[at] > 'Z') return std::nullopt;
    out.code[at] = text[at];
  }
  return out;
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency) return Error{ErrorKind::invalid_input, "money.currency"};
  Money out{0, a.currency};
  if (__builtin_add_overflow(a.amount, b.amount, &out.amount))
    return Error{ErrorKind::invalid_input, "money.overflow"};
  return out;
}

Result<Money> subtract(Money a, Money b) {
  if (a.currency != b.currency) return Error{ErrorKind::invalid_input, "money.currency"};
  Money out{0, a.currency};
  if (__builtin_sub_overflow(a.amount, b.amount, &out.amount))
    return Error{ErrorKind::invalid_input, "money.overflow"};
  return out;
}

Result<Money> multiply(Money a, int64_t times) {
  Money out{0, a.currency};
  if (__builtin_mul_overflow(a.amount, times, &out.amount))
    return Error{ErrorKind::invalid_input, "money.overflow"};
  return out;
}

std::vector<int64_t> split_by_largest_remainder(int64_t amount, std::span<const int64_t> weights) {
  __extension__ using Wide = __int128;
  const Wide total = std::accumulate(weights.begin(), weights.end(), Wide{0});
  check(amount >= 0 && total > 0, "split needs a non-negative amount and some weight");
  std::vector<int64_t> parts(weights.size());
  std::vector<Wide> remainders(weights.size());
  int64_t given = 0;
  for (size_t at = 0; at < weights.size(); ++at) {
    check(weights[at] >= 0, "split needs weights that are not negative");
    const Wide exact = Wide{amount} * weights[at];
    parts[at] = static_cast<int64_t>(exact / total);
    remainders[at] = exact % total;
    given += parts[at];
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (size_t at = 0; given < amount; ++at, ++given) ++parts[order[at]];
  return parts;
}

}  // namespace vitrine
