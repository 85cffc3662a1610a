// Configuration keys of media.
#pragma once

#include <vector>

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kMediaGraceMs{"media.grace_ms",
                                          "ms",
                                          15'000,
                                          0,
                                          600'000,
                                          Reload::live,
                                          "how long viewers stay attached after the publisher dropped"};
inline constexpr IntegerKey kMediaFlushMs{
    "media.flush_ms",
    "ms",
    -1,
    -1,
    1'000,
    Reload::live,
    "how long a picture may wait to be sent with the next ones, for streams that begin from then on; -1 "
    "chooses the smallest of 0, 20, 40, 100 and 200 that costs less than half a core"};
inline constexpr IntegerKey kMediaLagMs{"media.lag_ms",
                                        "ms",
                                        3'000,
                                        200,
                                        60'000,
                                        Reload::live,
                                        "a viewer further behind than this goes on at the next key frame"};
inline constexpr IntegerKey kMediaStallMs{"media.stall_ms",
                                          "ms",
                                          30'000,
                                          1'000,
                                          600'000,
                                          Reload::live,
                                          "a viewer that takes nothing for so long is closed"};
inline constexpr IntegerKey kMediaFeedIdleMs{"media.feed_idle_ms",
                                             "ms",
                                             10'000,
                                             0,
                                             600'000,
                                             Reload::live,
                                             "a stream's wire format nobody watches is kept for so long"};
inline constexpr IntegerKey kMediaGopFrames{"media.gop_frames",
                                            "frames",
                                            4'000,
                                            60,
                                            100'000,
                                            Reload::live,
                                            "a longer group of pictures is not kept for those who join"};
inline constexpr IntegerKey kMediaGopMib{"media.gop_mib",
                                         "MiB",
                                         24,
                                         1,
                                         1'024,
                                         Reload::live,
                                         "a larger group of pictures is not kept for those who join"};

inline constexpr ListKey kMediaOrigins{
    "media.allowed_origins", "", Reload::live,
    "other sites whose pages may play by WebSocket, such as https://shop.example"};

inline constexpr IntegerKey kMediaPublishDelayMs{"media.publish_delay_ms",
                                                 "ms",
                                                 0,
                                                 0,
                                                 60'000,
                                                 Reload::live,
                                                 "how far a publisher's picture lags behind what its host "
                                                 "does; a product shown without a preview's playhead "
                                                 "is stamped so much later"};

std::vector<ConfigKey> media_config_keys();

}  // namespace vitrine
