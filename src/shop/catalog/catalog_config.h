// What the catalog can be told.
#pragma once

#include "base/config.h"

namespace vitrine {

inline constexpr TextKey kShopCurrency{"shop.currency", "CNY", Reload::restart,
                                       "ISO 4217 currency of every price in the shop"};

}  // namespace vitrine
