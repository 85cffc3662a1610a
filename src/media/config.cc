#include "media/config.h"

namespace vitrine {

std::vector<ConfigKey> media_config_keys() {
  return {kMediaGraceMs,
          kMediaFlushMs,
          kMediaLagMs,
          kMediaStallMs,
          kMediaFeedIdleMs,
          kMediaGopFrames,
          kMediaGopMib,
          kMediaOrigins,
          kMediaPublishDelayMs,
          kMediaPlayDefault,
          kMediaPlayTokenSeconds,
          kMediaReferersAllowed,
          kMediaReferersDenied,
          kMediaRefererEmpty,
          kMediaSignedUrl,
          kMediaSignedUrlKey,
          kMediaSignedUrlPreviousKey,
          kMediaSignedUrlLifetime,
          kMediaCdnUrl};
}

}  // namespace vitrine
