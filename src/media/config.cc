#include "media/config.h"

namespace vitrine {

std::vector<ConfigKey> media_config_keys() {
  return {kGraceMs, kFlushMs, kLagMs, kStallMs, kFeedIdleMs, kGopFrames, kGopMib, kAllowedOrigins};
}

}  // namespace vitrine
