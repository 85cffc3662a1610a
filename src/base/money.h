// Money: integer minor units and a currency. No floating point, no silent overflow, no mixing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vitrine {

// ISO 4217, three capital letters.
struct Currency {
  std::array<char, 3> code{'C', 'N', 'Y'};
  static std::optional<Currency> parse(std::string_view text);
  std::string_view str() const { return {code.data(), code.size()}; }
  friend bool operator==(const Currency&, const Currency&) = default;
};

struct Money {
  int64_t amount = 0;  // minor units: 990 CNY is 9.90 yuan
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

// Errors: `invalid_input` "money.currency" when they differ, "money.overflow" past 64 bits.
Result<Money> add(Money a, Money b);
Result<Money> subtract(Money a, Money b);
Result<Money> multiply(Money a, int64_t times);

// Splits `amount` in proportion to `weights` by largest remainder, ties by position, so that the parts
// sum exactly to it (SHOP-RULES 19). All weights >= 0 and not all zero; amount >= 0.
std::vector<int64_t> split_by_largest_remainder(int64_t amount, std::span<const int64_t> weights);

}  // namespace vitrine
