// Configuration keys of members.
#pragma once

#include <vector>

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kStaffIdleMinutes{"members.staff_idle_minutes",
                                              "min",
                                              480,
                                              5,
                                              43'200,
                                              Reload::live,
                                              "a staff session unused for so long has ended"};
inline constexpr IntegerKey kStaffSessionHours{"members.staff_session_hours",
                                               "h",
                                               168,
                                               1,
                                               2'160,
                                               Reload::live,
                                               "a staff session ends so long after its sign-in, used or not"};
inline constexpr IntegerKey kBuyerSessionDays{
    "members.buyer_session_days", "d", 30, 1, 365, Reload::live, "how long a buyer stays signed in"};
inline constexpr IntegerKey kSignInsPerAccount{"members.sign_ins_per_account",
                                               "1/min",
                                               5,
                                               1,
                                               1'000,
                                               Reload::live,
                                               "failed staff sign-ins an account may see"};
inline constexpr IntegerKey kSignInsPerAddress{
    "members.sign_ins_per_address",          "1/min", 20, 1, 1'000'000, Reload::live,
    "failed staff sign-ins from one address"};
inline constexpr IntegerKey kCodesPerAddress{
    "members.codes_per_address",
    "1/min",
    60,
    1,
    1'000'000,
    Reload::live,
    "sign-in codes sent for, and wrong ones entered from, one address"};
inline constexpr IntegerKey kCodesPerPhone{
    "members.codes_per_phone", "1/day", 10, 1, 1'000, Reload::live, "sign-in codes sent to one phone"};
inline constexpr FlagKey kSandboxSms{"members.sandbox_sms", true, Reload::live,
                                     "keep sign-in codes in memory and show them to staff with sms.read; off "
                                     "without an SMS provider, no codes are sent"};
inline constexpr TextKey kCountryCode{"members.country_code", "86", Reload::live,
                                      "put before phone numbers typed without one"};
inline constexpr TextKey kConsentVersion{
    "members.consent_version", "2026-11", Reload::live,
    "the version of the terms a buyer agrees to; recorded with the time"};
inline constexpr ListKey kTrustedOrigins{
    "members.trusted_origins", "", Reload::live,
    "other origins (https://mall.example) whose pages may change things"};
inline constexpr ListKey kJwtKeys{
    "members.jwt_keys", "", Reload::restart,
    "the merchant's token keys, KID=HS256|RS256|EdDSA:FILE; none: no token sign-in"};
inline constexpr TextKey kJwtIssuer{"members.jwt_issuer", "", Reload::restart,
                                    "the iss a merchant's token must carry; empty: any"};
inline constexpr TextKey kJwtAudience{"members.jwt_audience", "vitrine", Reload::restart,
                                      "the aud a merchant's token must carry"};

inline std::vector<ConfigKey> members_config_keys() {
  return {kStaffIdleMinutes, kStaffSessionHours, kBuyerSessionDays, kSignInsPerAccount, kSignInsPerAddress,
          kCodesPerAddress,  kCodesPerPhone,     kSandboxSms,       kCountryCode,       kConsentVersion,
          kTrustedOrigins,   kJwtKeys,           kJwtIssuer,        kJwtAudience};
}

}  // namespace vitrine
