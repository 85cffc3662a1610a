// Settings of the HTTP server.
#pragma once

#include "base/config.h"

namespace vitrine {

inline constexpr ListKey kTrustedProxies{"net.trusted_proxies", "", Reload::live,
                                         "addresses and networks (10.0.0.0/8) of reverse proxies whose "
                                         "X-Forwarded-For and X-Forwarded-Proto count"};
inline constexpr IntegerKey kHeadMs{"net.head_ms",
                                    "ms",
                                    10'000,
                                    100,
                                    120'000,
                                    Reload::live,
                                    "how long a client may take to send a request's header"};
inline constexpr IntegerKey kIdleMs{"net.idle_ms",
                                    "ms",
                                    60'000,
                                    100,
                                    3'600'000,
                                    Reload::live,
                                    "how long a connection may stay open between requests"};
inline constexpr IntegerKey kBodyGraceMs{
    "net.body_grace_ms",
    "ms",
    10'000,
    100,
    600'000,
    Reload::live,
    "how long a request's body may fall behind 1 kB/s before the connection is closed"};
inline constexpr IntegerKey kWriteMs{"net.write_ms",
                                     "ms",
                                     30'000,
                                     100,
                                     600'000,
                                     Reload::live,
                                     "how long a client may take no byte of an answer"};
inline constexpr IntegerKey kConnectionsMax{"net.connections_max",
                                            "connections",
                                            20'000,
                                            1,
                                            10'000'000,
                                            Reload::live,
                                            "HTTP connections at a time; more are closed at once"};
inline constexpr ListKey kPrivateDestinations{
    "net.private_destinations", "", Reload::live,
    "addresses and networks (10.0.0.0/8) of your own that webhooks and pulled streams may reach; the open "
    "Internet is always allowed, everything else is refused"};

std::vector<ConfigKey> net_config_keys();

}  // namespace vitrine
