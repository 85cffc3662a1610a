// Every key of the shop, each declared beside the code that uses it.
#pragma once

#include <vector>

#include "shop/catalog/catalog_config.h"
#include "shop/checkout/checkout_config.h"
#include "shop/payments/payments_config.h"

namespace vitrine {

inline std::vector<ConfigKey> shop_config_keys() {
  return {kShopCurrency, kPayMinutes, kUnitsPerOrder, kOpenOrdersMax,      kReconcileSeconds,
          kSandboxOn,    kManualOn,   kManualHours,   kManualInstructions, kSandboxTimeouts};
}

}  // namespace vitrine
