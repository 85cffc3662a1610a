#include "codec_tool/canvas.h"

#include <algorithm>
#include <cmath>

#include "codec_tool/font.h"

namespace vitrine {
namespace {

uint8_t blended(uint8_t below, float above, float share) {
  return static_cast<uint8_t>(
      std::lround(static_cast<float>(below) + (above - static_cast<float>(below)) * share));
}

}  // namespace

Yuv from_rgb(int red, int green, int blue) {
  const auto r = static_cast<float>(red) / 255;
  const auto g = static_cast<float>(green) / 255;
  const auto b = static_cast<float>(blue) / 255;
  const float luma = 0.2126F * r + 0.7152F * g + 0.0722F * b;
  return {16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556F, 128 + 224 * (r - luma) / 1.5748F};
}

Yuv mix(Yuv a, Yuv b, float share_of_b) {
  return {a.y + (b.y - a.y) * share_of_b, a.u + (b.u - a.u) * share_of_b, a.v + (b.v - a.v) * share_of_b};
}

template <class Cover>
void Canvas::blend(float left, float top, float right, float bottom, Yuv colour, float alpha, Cover cover) {
  // Even bounds keep luma and chroma of one block together.
  const int x0 = std::max(0, static_cast<int>(left)) & ~1;
  const int y0 = std::max(0, static_cast<int>(top)) & ~1;
  const int x1 = std::min(planes_.width, static_cast<int>(right) + 2);
  const int y1 = std::min(planes_.height, static_cast<int>(bottom) + 2);
  for (int y = y0; y < y1; ++y) {
    uint8_t* luma = planes_.y + static_cast<ptrdiff_t>(y) * planes_.y_stride;
    const ptrdiff_t chroma_row = static_cast<ptrdiff_t>(y / 2) * planes_.uv_stride;
    for (int x = x0; x < x1; ++x) {
      const float share = cover(static_cast<float>(x), static_cast<float>(y)) * alpha;
      if (share <= 0) continue;
      luma[x] = blended(luma[x], colour.y, share);
      if (((x | y) & 1) != 0) continue;
      planes_.u[chroma_row + x / 2] = blended(planes_.u[chroma_row + x / 2], colour.u, share);
      planes_.v[chroma_row + x / 2] = blended(planes_.v[chroma_row + x / 2], colour.v, share);
    }
  }
}

void Canvas::disc(float x, float y, float radius, float soft, Yuv colour, float alpha) {
  blend(x - radius, y - radius, x + radius, y + radius, colour, alpha, [=](float px, float py) {
    return std::clamp((radius - std::hypot(px - x, py - y)) / soft, 0.0F, 1.0F);
  });
}

void Canvas::ring(float x, float y, float radius, float thickness, Yuv colour, float alpha) {
  const float outer = radius + thickness;
  blend(x - outer, y - outer, x + outer, y + outer, colour, alpha, [=](float px, float py) {
    return std::clamp(1 - std::abs(std::hypot(px - x, py - y) - radius) / thickness, 0.0F, 1.0F);
  });
}

void Canvas::round_box(float left, float top, float width, float height, float radius, Yuv colour,
                       float alpha) {
  const float middle_x = left + width / 2;
  const float middle_y = top + height / 2;
  blend(left, top, left + width, top + height, colour, alpha, [=](float px, float py) {
    const float dx = std::max(0.0F, std::abs(px - middle_x) - (width / 2 - radius));
    const float dy = std::max(0.0F, std::abs(py - middle_y) - (height / 2 - radius));
    return std::clamp(radius - std::hypot(dx, dy), 0.0F, 1.0F);
  });
}

void Canvas::text(float left, float top, float dot, std::string_view letters, Yuv colour, float alpha) {
  for (const char letter : letters) {
    const auto rows = glyph_of(letter);
    for (int row = 0; row < kGlyphRows; ++row)
      for (int column = 0; column < kGlyphColumns; ++column)
        if ((rows[static_cast<size_t>(row)] >> (kGlyphColumns - 1 - column) & 1) != 0)
          disc(left + dot * (static_cast<float>(column) + 0.5F), top + dot * (static_cast<float>(row) + 0.5F),
               dot * 0.5F, std::max(1.0F, dot * 0.15F), colour, alpha);
    left += dot * (kGlyphColumns + 1);
  }
}

float Canvas::text_width(float dot, std::string_view letters) {
  return dot * (static_cast<float>(letters.size()) * (kGlyphColumns + 1) - 1);
}

}  // namespace vitrine
