#include "codec_tool/demo_sound.h"

#include <array>
#include <cmath>

namespace vitrine {
namespace {

constexpr double kTurn = 6.283185307179586;
constexpr std::array<double, 8> kNotes{523.25, 587.33, 659.26, 783.99, 880.00, 783.99, 659.26, 587.33};  // Hz
constexpr double kLoudness = 0.16;

}  // namespace

float demo_sample(WallTime start, int64_t offset, int rate) {
  const int64_t samples = start.ms % 1'000 * rate / 1'000 + offset;
  const int64_t second = start.ms / 1'000 + samples / rate;
  const double t = static_cast<double>(samples % rate) / rate;
  const double note = kNotes[static_cast<size_t>(second) % kNotes.size()];
  const double attack = std::min(1.0, t / 0.004);  // without it the chime would click
  const double body = std::sin(kTurn * note * t) * std::exp(-5 * t);
  const double shine =
      0.35 * std::sin(kTurn * note * 2.76 * t) * std::exp(-11 * t);  // a bell's third partial
  return static_cast<float>(kLoudness * attack * (body + shine));
}

}  // namespace vitrine
