// The three cookies of a browser and the CSRF token that goes with them.
//
// Owns    copies of two keys. Thread  any; const after construction.
// Never   trusts a cookie whose signature, place or end does not fit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "members/keys.h"
#include "net/http.h"

namespace vitrine {

inline constexpr std::string_view kGuestCookie = "vitrine_guest";
inline constexpr std::string_view kBuyerCookie = "vitrine_buyer";
inline constexpr std::string_view kStaffCookie = "vitrine_staff";
inline constexpr int64_t kGuestCookieDays = 365;

// A guest is this cookie and nothing else: there is no row for one.
struct GuestCookie {
  GuestId guest;
  std::string name;
};
struct BuyerCookie {
  SessionId session;
  AccountId account;
  WallTime expires;
};

class CookieSigner {
 public:
  explicit CookieSigner(const MemberKeys& keys) : keys_(keys) {}

  std::string sign(const GuestCookie& cookie) const;
  std::string sign(const BuyerCookie& cookie) const;
  // Empty when it was not signed here, for this use, or (buyers) is over.
  std::optional<GuestCookie> read_guest(std::string_view value) const;
  std::optional<BuyerCookie> read_buyer(std::string_view value, WallTime now) const;

  // The CSRF token of a session or guest, by its id.
  std::string csrf(std::string_view who) const;

 private:
  std::string seal(std::string_view use, std::string payload) const;
  std::optional<std::string_view> open(std::string_view use, std::string_view value) const;

  MemberKeys keys_;
};

// The browser's value of one of our cookies, or empty. Over TLS only the __Host- name counts: another
// host of the domain cannot set it.
std::string_view read_cookie(const HttpRequest& request, std::string_view name);
// A Set-Cookie value: HttpOnly, SameSite=Lax, whole site; Secure and __Host- when the request was
// secure. `seconds` 0 takes the cookie away.
std::string set_cookie(const HttpRequest& request, std::string_view name, std::string_view value,
                       int64_t seconds);

}  // namespace vitrine
