// What checkout can be told.
#pragma once

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kPayMinutes{
    "shop.pay_minutes", "min", 5, 1, 60, Reload::live, "how long an order waits for its payment"};
inline constexpr IntegerKey kUnitsPerOrder{
    "shop.units_per_order", "units", 20, 1, 999, Reload::live, "most units of one SKU in one order"};
inline constexpr IntegerKey kOpenOrdersMax{
    "shop.open_orders", "orders", 5, 1, 100, Reload::live, "most unpaid orders a buyer may have at once"};
inline constexpr IntegerKey kReconcileSeconds{"shop.reconcile_s",
                                              "s",
                                              60,
                                              5,
                                              86'400,
                                              Reload::live,
                                              "how often pools are compared with movements and holds"};

}  // namespace vitrine
