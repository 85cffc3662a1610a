// What payments can be told.
#pragma once

#include "base/config.h"

namespace vitrine {

inline constexpr FlagKey kSandboxOn{"payments.sandbox", false, Reload::restart,
                                    "take play money through the sandbox cashier; every order is a test"};
inline constexpr FlagKey kManualOn{"payments.manual", false, Reload::restart,
                                   "take cash on delivery and bank transfers that staff confirm"};
inline constexpr IntegerKey kSandboxTimeouts{
    "payments.sandbox_timeouts",
    "percent",
    0,
    0,
    100,
    Reload::live,
    "share of calls to the sandbox that time out, half of them after they took effect"};
inline constexpr TextKey kManualInstructions{
    "payments.manual_instructions", "Pay on delivery or by bank transfer; we confirm when it has arrived.",
    Reload::live, "what a buyer is told after choosing to pay by hand"};
inline constexpr IntegerKey kManualHours{"payments.manual_hours",
                                         "h",
                                         48,
                                         1,
                                         720,
                                         Reload::live,
                                         "how long staff may take to confirm a payment by hand"};

}  // namespace vitrine
