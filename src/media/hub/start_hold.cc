#include "media/hub/start_hold.h"

#include <cstdlib>
#include <utility>

namespace vitrine {

std::vector<Frame> StartHold::take(Frame frame) {
  seen_[static_cast<size_t>(frame.kind())] = true;
  held_.push_back(std::move(frame));
  const int64_t span = std::llabs(held_.back().dts - held_.front().dts);
  if ((seen_[0] && seen_[1]) || span >= kTicksMax || held_.size() >= kFramesMax) {
    holding_ = false;
    return std::exchange(held_, {});
  }
  return {};
}

}  // namespace vitrine
