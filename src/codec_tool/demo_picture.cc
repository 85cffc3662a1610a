#include "codec_tool/demo_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <random>

namespace vitrine {
namespace {

const Yuv kWhite = from_rgb(255, 255, 255);
const Yuv kNight = from_rgb(24, 16, 48);
const Yuv kLive = from_rgb(255, 60, 80);
constexpr float kGrain = 5;  // steps of brightness
constexpr double kTurn = 6.283185307179586;

// Where the clock sits: above the middle, since pages lay chat and products over the lower half.
constexpr float kClockMiddle = 0.33F;
// A tall phone fills its screen with a 9:16 picture and cuts its sides off: whatever is to be read stays
// within this share of the width, around the middle.
constexpr float kSafeWidth = 0.78F;
// Lights are unseen below the first height and full above the second (shares of the height), so that
// chat in the lower third stands on dark, calm ground.
constexpr double kLightsBegin = 0.72;
constexpr double kLightsFull = 0.50;

struct Light {
  double x;       // share of the width it swings around
  double radius;  // share of the width
  double speed;   // heights a second, upwards
  double phase;
  float alpha;
  Yuv colour;
};
const Light kLights[] = {
    {0.15, 0.13, 0.020, 0.10, 0.30F, from_rgb(255, 190, 140)},
    {0.80, 0.17, 0.014, 0.45, 0.25F, from_rgb(255, 130, 160)},
    {0.45, 0.09, 0.027, 0.75, 0.35F, from_rgb(255, 225, 180)},
    {0.65, 0.22, 0.010, 0.90, 0.18F, from_rgb(170, 130, 255)},
    {0.30, 0.06, 0.034, 0.30, 0.40F, from_rgb(255, 240, 215)},
    {0.92, 0.07, 0.030, 0.62, 0.35F, from_rgb(255, 170, 200)},
};

// A colour of three stops from top (0) to bottom (1).
Yuv dusk(float down, float warmth) {
  const Yuv top = mix(from_rgb(236, 112, 99), from_rgb(241, 148, 80), warmth);
  const Yuv middle = mix(from_rgb(155, 72, 150), from_rgb(190, 80, 130), warmth);
  const Yuv bottom = mix(from_rgb(38, 28, 84), from_rgb(52, 26, 78), warmth);
  return down < 0.5F ? mix(top, middle, down * 2) : mix(middle, bottom, down * 2 - 1);
}

}  // namespace

DemoPicture::DemoPicture(int width, int height)
    : width_(width),
      height_(height),
      gradient_(static_cast<size_t>(width) * static_cast<size_t>(height) * 3 / 2) {}

void DemoPicture::draw(Planes planes, WallTime now, int64_t number) {
  // The gradient changes only with the second, where the key frame is: in between the encoder finds
  // most of the picture unmoved, which keeps the demo cheap.
  draw_gradient(now.ms / 1'000);
  copy_gradient(planes);
  Canvas canvas(planes);
  draw_lights(canvas, static_cast<double>(now.ms) / 1'000);
  draw_clock(canvas, now, number);
  draw_title(canvas, now);
}

void DemoPicture::draw_gradient(int64_t second) {
  if (second == gradient_second_) return;
  gradient_second_ = second;
  const auto warmth = static_cast<float>(0.5 + 0.5 * std::sin(static_cast<double>(second % 60) * kTurn / 60));
  std::minstd_rand grain(1);
  uint8_t* y_plane = gradient_.data();
  uint8_t* u_plane = y_plane + static_cast<ptrdiff_t>(width_) * height_;
  uint8_t* v_plane = u_plane + static_cast<ptrdiff_t>(width_) * height_ / 4;
  for (int row = 0; row < height_; ++row) {
    const Yuv colour = dusk(static_cast<float>(row) / static_cast<float>(height_), warmth);
    // A fine grain hides the bands that 8 bits make of so slow a change.
    for (int column = 0; column < width_; ++column) {
      const float noise = static_cast<float>(grain()) / static_cast<float>(std::minstd_rand::max());
      y_plane[static_cast<ptrdiff_t>(row) * width_ + column] =
          static_cast<uint8_t>(colour.y + noise * kGrain);
    }
    if (row % 2 != 0) continue;
    const ptrdiff_t at = static_cast<ptrdiff_t>(row / 2) * (width_ / 2);
    std::memset(u_plane + at, static_cast<int>(colour.u), static_cast<size_t>(width_ / 2));
    std::memset(v_plane + at, static_cast<int>(colour.v), static_cast<size_t>(width_ / 2));
  }
}

void DemoPicture::copy_gradient(Planes planes) const {
  const uint8_t* from = gradient_.data();
  const auto copy_plane = [&from](uint8_t* to, int stride, int width, int height) {
    for (int row = 0; row < height; ++row, from += width)
      std::memcpy(to + static_cast<ptrdiff_t>(row) * stride, from, static_cast<size_t>(width));
  };
  copy_plane(planes.y, planes.y_stride, width_, height_);
  copy_plane(planes.u, planes.uv_stride, width_ / 2, height_ / 2);
  copy_plane(planes.v, planes.uv_stride, width_ / 2, height_ / 2);
}

void DemoPicture::draw_lights(Canvas& canvas, double seconds) const {
  for (const auto& light : kLights) {
    const double radius = light.radius * width_;
    // From below the picture to above it, then again.
    const double travel = std::fmod(seconds * light.speed + light.phase, 1.0);
    const double y = height_ + radius - travel * (height_ + 2 * radius);
    const double x = width_ * (light.x + 0.04 * std::sin(seconds * 0.4 + light.phase * kTurn));
    const auto r = static_cast<float>(radius);
    const double risen = (kLightsBegin - y / height_) / (kLightsBegin - kLightsFull);
    const auto shown = static_cast<float>(std::clamp(risen, 0.0, 1.0));
    canvas.disc(static_cast<float>(x), static_cast<float>(y), r, r * 0.7F, light.colour, light.alpha * shown);
  }
}

void DemoPicture::draw_clock(Canvas& canvas, WallTime now, int64_t number) const {
  const auto w = static_cast<float>(width_);
  const float middle_y = static_cast<float>(height_) * kClockMiddle;
  const auto since_second = static_cast<float>(now.ms % 1'000) / 1'000;
  if (since_second < 0.6F) {
    const float gone = since_second / 0.6F;
    canvas.ring(w / 2, middle_y, w * (0.10F + (kSafeWidth / 2 - 0.10F) * gone), w * 0.012F, kWhite,
                0.5F * (1 - gone) * (1 - gone));
  }

  const auto seconds = static_cast<time_t>(now.ms / 1'000);
  tm local{};
  localtime_r(&seconds, &local);
  const std::string clock =
      fmt::format("{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min, local.tm_sec, now.ms % 1'000);
  const float box_w = w * kSafeWidth;
  const float dot = box_w * 0.9F / (static_cast<float>(clock.size()) * 6 - 1);
  const float text_h = Canvas::text_height(dot);
  canvas.round_box((w - box_w) / 2, middle_y - text_h * 1.1F, box_w, text_h * 3.4F, w * 0.04F, kNight, 0.45F);
  canvas.text((w - Canvas::text_width(dot, clock)) / 2, middle_y - text_h * 0.5F, dot, clock, kWhite, 1);

  const std::string counter = fmt::format("FRAME {:07}", number);
  const float small = dot * 0.55F;
  canvas.text((w - Canvas::text_width(small, counter)) / 2, middle_y + text_h * 1.15F, small, counter, kWhite,
              0.75F);
}

void DemoPicture::draw_title(Canvas& canvas, WallTime now) const {
  const auto w = static_cast<float>(width_);
  const float top = static_cast<float>(height_) * 0.13F;
  const float dot = w * 0.011F;
  constexpr std::string_view kTitle = "VITRINE";
  canvas.text((w - Canvas::text_width(dot, kTitle)) / 2, top, dot, kTitle, kWhite, 0.95F);
  const float small = dot * 0.5F;
  constexpr std::string_view kSubtitle = "LIVE DEMO";
  const float gap = small * 7;  // from the dot's middle to the words
  const float left = (w - Canvas::text_width(small, kSubtitle) + gap) / 2;
  const float line = top + Canvas::text_height(dot) * 1.7F;
  canvas.text(left, line, small, kSubtitle, kWhite, 0.85F);
  const float glow = now.ms % 1'000 < 500 ? 1.0F : 0.45F;
  canvas.disc(left - gap, line + small * 3.5F, small * 2.2F, 1.5F, kLive, glow);
}

}  // namespace vitrine
