#include "net/config.h"

namespace vitrine {

std::vector<ConfigKey> net_config_keys() {
  return {kTrustedProxies, kHeadMs, kIdleMs, kBodyGraceMs, kWriteMs, kConnectionsMax, kPrivateDestinations};
}

}  // namespace vitrine
