// The picture of the demo stream: a slow dusk gradient with drifting lights, a large clock, a frame
// counter, and a ring that opens with every second's chime. Drawn by us, so nobody's rights are touched.
//
// Owns    the gradient, drawn anew once a second.
// Thread  one.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "codec_tool/canvas.h"

namespace vitrine {

class DemoPicture {
 public:
  // Even numbers of pixels.
  DemoPicture(int width, int height);

  // Fills `planes` (of that size). `now` is what the clock shows, in local time; `number` counts frames.
  void draw(Planes planes, WallTime now, int64_t number);

 private:
  void draw_gradient(int64_t second);
  void copy_gradient(Planes planes) const;
  void draw_lights(Canvas& canvas, double seconds) const;
  void draw_clock(Canvas& canvas, WallTime now, int64_t number) const;
  void draw_title(Canvas& canvas, WallTime now) const;

  int width_;
  int height_;
  int64_t gradient_second_ = -1;
  std::vector<uint8_t> gradient_;  // the three planes one after the other, without padding
};

}  // namespace vitrine
