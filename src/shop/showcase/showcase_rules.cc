#include "shop/showcase/showcase_rules.h"

namespace vitrine {
namespace {

constexpr int64_t kTicksPerMs = 90;

}  // namespace

std::optional<MediaTime> picture_time(const StreamStatus& stream, const std::optional<MediaTimeDto>& playhead,
                                      Milliseconds publish_delay) {
  if (!stream.newest) return std::nullopt;
  if (playhead && playhead->epoch == stream.newest->epoch) {
    return MediaTime{playhead->epoch, playhead->pts90k};
  }
  return MediaTime{stream.newest->epoch, stream.newest->pts + publish_delay.count() * kTicksPerMs};
}

}  // namespace vitrine
