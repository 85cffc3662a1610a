#include "base/utf8.h"

#include <cstdint>

namespace vitrine {

std::optional<size_t> count_utf8(std::string_view text) {
  size_t points = 0;
  size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<uint8_t>(text[at]);
    size_t more = 0;
    uint8_t low = 0x80;   // the second byte's range narrows for the leads that could hide
    uint8_t high = 0xBF;  // an overlong form, a surrogate or a value past U+10FFFF
    if (lead < 0x80) {
      more = 0;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return std::nullopt;
    }
    if (text.size() - at <= more) return std::nullopt;
    for (size_t index = 1; index <= more; ++index) {
      const auto byte = static_cast<uint8_t>(text[at + index]);
      if (byte < low || byte > high) return std::nullopt;
      low = 0x80;
      high = 0xBF;
    }
    at += more + 1;
    ++points;
  }
  return points;
}

}  // namespace vitrine
