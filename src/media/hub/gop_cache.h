// The stream's frame ring: the newest group of pictures, so that whoever comes can begin at once.
// Without video it is the last second of audio.
//
// Owns    a share of each frame.
// Thread  the stream's home core.
// Never   holds more than its limits: over them it forgets all and begins again at the next key frame.
#pragma once

#include <cstddef>
#include <deque>

#include "media/hub/feed_writer.h"

namespace vitrine {

struct GopLimits {
  size_t frames_max = 4'000;
  size_t bytes_max = 24u << 20;
  int64_t ticks_max = 60 * kTicksPerSecond;  // whoever came would get all of it at once
};

class GopCache {
 public:
  explicit GopCache(GopLimits limits) : limits_(limits) {}

  void add(StreamFrame frame);
  void clear();
  // Empty, or beginning with a video key frame (audio-only: with any frame).
  const std::deque<StreamFrame>& frames() const { return frames_; }
  size_t bytes() const { return bytes_; }

 private:
  void drop_oldest();

  GopLimits limits_;
  std::deque<StreamFrame> frames_;
  size_t bytes_ = 0;
  bool overflowed_ = false;  // nothing is kept until the next key frame
};

}  // namespace vitrine
