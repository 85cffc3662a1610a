// Configuration keys of ops.
#pragma once

#include <vector>

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kLoopLagMs{"ops.loop_lag_ms",
                                       "ms",
                                       250,
                                       10,
                                       60'000,
                                       Reload::live,
                                       "how often each core measures how late its loop runs"};

inline std::vector<ConfigKey> ops_config_keys() {
  return {kLoopLagMs};
}

}  // namespace vitrine
