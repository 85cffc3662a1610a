// A 5 x 7 dot-matrix font with what the demo picture writes.
//
// Thread  any.
#pragma once

#include <array>
#include <cstdint>

namespace vitrine {

inline constexpr int kGlyphColumns = 5;
inline constexpr int kGlyphRows = 7;
using Glyph = std::array<uint8_t, kGlyphRows>;  // a row a byte, the leftmost dot is bit 4

// Digits, ':', '.' and the capital letters; anything else is a space.
Glyph glyph_of(char letter);

}  // namespace vitrine
