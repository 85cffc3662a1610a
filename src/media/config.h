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

inline constexpr TextKey kMediaPlayDefault{
    "media.play_default", "open", Reload::live,
    "who may play a stream that has no rule of its own: open (anybody) or token (who has a play token or a "
    "signed URL)"};
inline constexpr IntegerKey kMediaPlayTokenSeconds{
    "media.play_token_s",
    "s",
    7'200,
    60,
    86'400,
    Reload::live,
    "how long the play token a room hands to a viewer's page is good for; playing goes on after it"};
inline constexpr ListKey kMediaReferersAllowed{
    "media.referers_allowed", "", Reload::live,
    "sites whose pages may show streams (shop.example, *.shop.example), beside our own; empty: all"};
inline constexpr ListKey kMediaReferersDenied{"media.referers_denied", "", Reload::live,
                                              "sites whose pages may not show streams; counts first"};
inline constexpr FlagKey kMediaRefererEmpty{
    "media.referer_empty", true, Reload::live,
    "whether apps and players that send no Referer may play; off, most native players are refused"};
inline constexpr TextKey kMediaSignedUrl{
    "media.signed_url", "none", Reload::live,
    "the form of signed URLs a CDN sends and we make: none, aliyun_a, huawei_a, tencent or huawei_d"};
inline constexpr TextKey kMediaSignedUrlKey{"media.signed_url_key", "", Reload::live,
                                            "the secret shared with the CDN; empty: no signed URL is taken",
                                            true};
inline constexpr TextKey kMediaSignedUrlPreviousKey{"media.signed_url_previous_key", "", Reload::live,
                                                    "also taken while the CDN changes to a new secret", true};
inline constexpr IntegerKey kMediaSignedUrlLifetime{
    "media.signed_url_lifetime_s",
    "s",
    0,
    0,
    604'800,
    Reload::live,
    "0: the time in a signed URL is when it ends; else when it was made, and it lives so long"};
inline constexpr TextKey kMediaCdnUrl{
    "media.cdn_url", "", Reload::live,
    "where a CDN gives our streams to viewers (https://pull.example.com); play URLs for it are made too"};

std::vector<ConfigKey> media_config_keys();

}  // namespace vitrine
