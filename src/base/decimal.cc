#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vitrine {
namespace {

// ISO 4217 currencies without a minor unit; all others are written with two decimals.
constexpr std::array<std::string_view, 6> kWhole = {"JPY", "KRW", "VND", "CLP", "ISK", "UGX"};
constexpr Error kNoAmount{ErrorKind::invalid_input, "money.amount"};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

int decimals_of(Currency currency) {
  return std::find(kWhole.begin(), kWhole.end(), currency.str()) != kWhole.end() ? 0 : 2;
}

std::string decimal_amount(Money money) {
  std::string digits = std::to_string(money.amount);
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  if (const auto decimals = static_cast<size_t>(decimals_of(money.currency)); decimals > 0) {
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, ".");
  }
  return negative ? "-" + digits : digits;
}

Result<Money> parse_decimal(std::string_view text, Currency currency) {
  const auto decimals = static_cast<size_t>(decimals_of(currency));
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view();
  if (whole.empty() || !all_digits(whole) || !all_digits(part) || part.size() > decimals) return kNoAmount;
  if (point < text.size() && part.empty()) return kNoAmount;
  std::string digits(whole);
  digits += part;
  digits.append(decimals - part.size(), '0');
  Money out{0, currency};
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.amount);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return kNoAmount;
  return out;
}

}  // namespace vitrine
