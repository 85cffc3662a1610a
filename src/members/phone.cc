#include "members/phone.h"

namespace vitrine {
namespace {

constexpr Error kBad{ErrorKind::invalid_input, "members.phone"};
// E.164: at most 15 digits, none shorter than 7 in use.
constexpr size_t kDigitsMin = 7;
constexpr size_t kDigitsMax = 15;

bool is_mainland_mobile(std::string_view digits) {
  return digits.size() == 13 && digits.starts_with("861") && digits[3] >= '3';
}

}  // namespace

Result<std::string> normalize_phone(std::string_view typed, std::string_view country_code) {
  std::string digits;
  bool international = false;
  for (const char c : typed) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c == '+' && digits.empty() && !international) {
      international = true;
    } else if (c != ' ' && c != '-' && c != '(' && c != ')') {
      return kBad;
    }
  }
  if (!international && digits.starts_with("00")) {
    digits.erase(0, 2);
    international = true;
  }
  if (!international) {
    if (digits.starts_with("0")) digits.erase(0, 1);
    digits.insert(0, country_code);
  }
  if (digits.size() < kDigitsMin || digits.size() > kDigitsMax || digits[0] == '0') return kBad;
  // A mistyped mainland number would send the code to nobody.
  if (digits.starts_with("861") && !is_mainland_mobile(digits)) return kBad;
  return "+" + digits;
}

std::string mask_phone(std::string_view normalized) {
  const std::string_view digits = normalized.substr(normalized.starts_with("+") ? 1 : 0);
  if (is_mainland_mobile(digits)) {
    return std::string(digits.substr(2, 3)) + "****" + std::string(digits.substr(9));
  }
  if (digits.size() < kDigitsMin) return "****";
  return "+" + std::string(digits.substr(0, 2)) + "****" + std::string(digits.substr(digits.size() - 3));
}

}  // namespace vitrine
