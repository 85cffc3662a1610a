#include "media/config.h"

namespace vitrine {

std::vector<ConfigKey> media_config_keys() {
  return {kMediaGraceMs,   kMediaFlushMs, kMediaLagMs,   kMediaStallMs,       kMediaFeedIdleMs,
          kMediaGopFrames, kMediaGopMib,  kMediaOrigins, kMediaPublishDelayMs};
}

}  // namespace vitrine
