// Holds the first frames of a publisher connection until both kinds have shown themselves, so that the
// first join point already knows all tracks. A stream with one kind is held for half a second of media.
//
// Owns    the held frames.
// Thread  the stream's home core.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "media/codec/frame.h"

namespace vitrine {

class StartHold {
 public:
  static constexpr int64_t kTicksMax = kTicksPerSecond / 2;
  static constexpr size_t kFramesMax = 256;

  void restart() {
    held_.clear();
    holding_ = true;
    seen_ = {};
  }
  bool holding() const { return holding_; }
  // Takes a frame; gives back what may go on now, in order.
  std::vector<Frame> take(Frame frame);

 private:
  std::vector<Frame> held_;
  std::array<bool, 2> seen_{};
  bool holding_ = true;
};

}  // namespace vitrine
