#include "codec_tool/publish.h"

#include <algorithm>

#include "codec_tool/demo_picture.h"

namespace vitrine {
namespace {

constexpr Milliseconds kFirstPause{250};
constexpr Milliseconds kLongestPause{5'000};
constexpr Milliseconds kStalled{1'000};
// The muxer holds a picture back until it has seen later sound: made early, it holds back nothing.
constexpr Milliseconds kSoundAhead{60};

// The demo as it goes on over connections.
struct Demo {
  DemoPicture picture;
  int64_t number = 0;  // frames shown since the program began
};

Milliseconds frame_time(int64_t number, int fps) {
  return Milliseconds(number * 1'000 / fps);
}

// Sends in real time until the connection breaks, the length is reached or `stop` says so.
Result<void> push(LivePush& live, Demo& demo, const PushOptions& options, std::optional<Milliseconds> length,
                  StopSignal& stop) {
  const SystemClock clock;
  const WallTime start = clock.wall();
  MonotonicTime began = clock.monotonic();
  int64_t second = 0;
  for (int64_t number = 0;; ++number, ++demo.number) {
    const auto at = frame_time(number, options.fps);
    if (length && at >= *length) return {};
    const auto late = std::chrono::duration_cast<Milliseconds>(clock.monotonic() - began) - at;
    // After a pause of the whole machine there is nothing to catch up with: go on from here.
    if (late > kStalled) began = began + late;
    if (stop.wait(std::max(Milliseconds(0), -late))) return {};
    const WallTime shown = start + at;
    demo.picture.draw(live.picture(), shown, demo.number);
    // A key frame with each second of the clock: there the picture changes most.
    const bool key = shown.ms / 1'000 != second;
    second = shown.ms / 1'000;
    if (auto sent = live.send_sound(start, at + kSoundAhead); !sent) return sent;
    if (auto sent = live.send_picture(number, key); !sent) return sent;
  }
}

}  // namespace

Result<void> publish_demo(PushOptions options, std::optional<Milliseconds> length, StopSignal& stop) {
  Demo demo{DemoPicture(options.width, options.height)};
  Milliseconds pause = kFirstPause;
  while (true) {
    auto live = LivePush::open(options, stop);
    if (live) {
      const int64_t before = demo.number;
      const auto pushed = push(**live, demo, options, length, stop);
      if (pushed) return {};
      if (demo.number > before + options.fps) pause = kFirstPause;  // it did work: begin anew
    } else if (live.error().kind == ErrorKind::unsupported) {
      return live.error();
    }
    if (stop.wait(pause)) return {};
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace vitrine
