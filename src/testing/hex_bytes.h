// Bytes written as hexadecimal in tests; spaces are for the reader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/hex.h"

namespace vitrine {

inline std::vector<uint8_t> hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  const auto bytes = from_hex(digits);
  check(bytes.has_value(), "a test's hexadecimal is wrong");
  return {bytes->begin(), bytes->end()};
}

}  // namespace vitrine
