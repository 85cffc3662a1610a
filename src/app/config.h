// The program's own configuration keys: ports, addresses, cores, logs.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kHttpPort{"http.port",
                                      "port",
                                      8080,
                                      0,
                                      65535,
                                      Reload::restart,
                                      "pages, API, FLV and WebSocket; 0 picks a free one"};
inline constexpr IntegerKey kRtmpPort{
    "rtmp.port", "port", 1935, 0, 65535, Reload::restart, "where publishers send RTMP; 0 picks a free one"};
inline constexpr IntegerKey kRtcPort{"rtc.port",
                                     "port",
                                     8000,
                                     0,
                                     65535,
                                     Reload::restart,
                                     "kept for WebRTC media; this version does not listen on it"};
inline constexpr IntegerKey kOpsPort{"ops.port",
                                     "port",
                                     9091,
                                     0,
                                     65535,
                                     Reload::restart,
                                     "metrics and health, on 127.0.0.1 always; 0 picks a free one"};
inline constexpr ListKey kBind{"bind", "127.0.0.1,::1", Reload::restart,
                               "addresses that HTTP and RTMP listen on; 0.0.0.0,:: for every network"};
inline constexpr IntegerKey kCores{
    "cores", "threads", 0, 0, 256, Reload::restart, "event loops; 0 takes one for each processor"};
inline constexpr std::array<std::string_view, 5> kLogLevels{"debug", "info", "warn", "error", "off"};
inline constexpr TextKey kLogLevel{"log.level", "info", Reload::live, "debug, info, warn, error or off"};
inline constexpr TextKey kDatabaseUrl{
    "database.url", "", Reload::restart,
    "postgres://USER@HOST:5432/DATABASE keeps all rows in PostgreSQL 15; empty: SQLite files under --data",
    true};
inline constexpr IntegerKey kDrainMs{
    "drain_ms", "ms", 4'000, 0, 4'500, Reload::live, "how long requests under way may take after Ctrl-C"};

std::vector<ConfigKey> program_config_keys();

}  // namespace vitrine
