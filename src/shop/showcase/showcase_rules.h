// Decisions about showcases, pure.
#pragma once

#include <optional>
#include <string_view>

#include "contract/events.h"
#include "contract/media.h"

namespace vitrine {

// When something said now is in the picture (DESIGN 4.3): the console preview's playhead when it is on
// the stream's present epoch, else the newest PTS and what is still on its way to the ring; empty when
// nothing plays.
std::optional<MediaTime> picture_time(const StreamStatus& stream, const std::optional<MediaTimeDto>& playhead,
                                      Milliseconds publish_delay);

inline std::optional<MediaTimeDto> to_dto(const std::optional<MediaTime>& media) {
  if (!media) return std::nullopt;
  return MediaTimeDto{media->epoch, media->pts};
}

}  // namespace vitrine
