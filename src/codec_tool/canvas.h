// Draws soft shapes and dot-matrix text into a YUV 4:2:0 picture, directly, so that no conversion of
// whole frames is needed.
//
// Owns    nothing; the planes must outlive it.
// Thread  one.
#pragma once

#include <cstdint>
#include <string_view>

namespace vitrine {

// BT.709, limited range.
struct Yuv {
  float y = 16;
  float u = 128;
  float v = 128;
};
Yuv from_rgb(int red, int green, int blue);
Yuv mix(Yuv a, Yuv b, float share_of_b);

// The planes of a picture; width and height are even.
struct Planes {
  uint8_t* y = nullptr;
  uint8_t* u = nullptr;
  uint8_t* v = nullptr;
  int y_stride = 0;
  int uv_stride = 0;
  int width = 0;
  int height = 0;
};

class Canvas {
 public:
  explicit Canvas(Planes planes) : planes_(planes) {}

  // A disc whose edge fades over `soft` pixels inwards. alpha is 0..1; all lengths are pixels.
  void disc(float x, float y, float radius, float soft, Yuv colour, float alpha);
  // A circle line of that thickness.
  void ring(float x, float y, float radius, float thickness, Yuv colour, float alpha);
  void round_box(float left, float top, float width, float height, float radius, Yuv colour, float alpha);
  // Digits, ':', '.', space and the letters of font.cc; each dot of the 5 x 7 matrix is a disc.
  void text(float left, float top, float dot, std::string_view letters, Yuv colour, float alpha);
  static float text_width(float dot, std::string_view letters);
  static float text_height(float dot) { return dot * 7; }

 private:
  // Blends `colour` where `cover(x, y)` (0..1) says so, inside a box.
  template <class Cover>
  void blend(float left, float top, float right, float bottom, Yuv colour, float alpha, Cover cover);

  Planes planes_;
};

}  // namespace vitrine
