#include "members/cookies.h"

#include <fmt/format.h>

#include <charconv>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

// The parts of "a.b.c"; empty when there are not exactly N.
template <size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text) {
  std::array<std::string_view, N> parts;
  for (size_t index = 0; index + 1 < N; ++index) {
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    parts[index] = text.substr(0, dot);
    text.remove_prefix(dot + 1);
  }
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  parts[N - 1] = text;
  return parts;
}

std::string full_name(const HttpRequest& request, std::string_view name) {
  return (request.secure ? "__Host-" : "") + std::string(name);
}

}  // namespace

std::string CookieSigner::seal(std::string_view use, std::string payload) const {
  const std::string signature = hmac_sha256(keys_.cookie, std::string(use) + '\n' + payload);
  return payload + "." + to_base64url(signature);
}

std::optional<std::string_view> CookieSigner::open(std::string_view use, std::string_view value) const {
  const size_t dot = value.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view payload = value.substr(0, dot);
  const std::string signature = hmac_sha256(keys_.cookie, std::string(use) + '\n' + std::string(payload));
  if (!equal_secret(to_base64url(signature), value.substr(dot + 1))) return std::nullopt;
  return payload;
}

std::string CookieSigner::sign(const GuestCookie& cookie) const {
  return seal("guest", cookie.guest.str() + "." + to_base64url(cookie.name));
}

std::string CookieSigner::sign(const BuyerCookie& cookie) const {
  return seal("buyer",
              fmt::format("{}.{}.{}", cookie.session.str(), cookie.account.str(), cookie.expires.ms));
}

std::optional<GuestCookie> CookieSigner::read_guest(std::string_view value) const {
  const auto payload = open("guest", value);
  const auto parts = payload ? split<2>(*payload) : std::nullopt;
  if (!parts) return std::nullopt;
  const auto guest = GuestId::parse((*parts)[0]);
  const auto name = from_base64url((*parts)[1]);
  if (!guest || !name) return std::nullopt;
  return GuestCookie{*guest, *name};
}

std::optional<BuyerCookie> CookieSigner::read_buyer(std::string_view value, WallTime now) const {
  const auto payload = open("buyer", value);
  const auto parts = payload ? split<3>(*payload) : std::nullopt;
  if (!parts) return std::nullopt;
  const auto session = SessionId::parse((*parts)[0]);
  const auto account = AccountId::parse((*parts)[1]);
  const std::string_view end = (*parts)[2];
  int64_t expires_ms = 0;
  const auto [rest, failed] = std::from_chars(end.data(), end.data() + end.size(), expires_ms);
  if (!session || !account || failed != std::errc() || rest != end.data() + end.size()) return std::nullopt;
  if (expires_ms <= now.ms) return std::nullopt;
  return BuyerCookie{*session, *account, {expires_ms}};
}

std::string CookieSigner::csrf(std::string_view who) const {
  return to_base64url(hmac_sha256(keys_.csrf, who));
}

std::string_view read_cookie(const HttpRequest& request, std::string_view name) {
  return request.cookie(full_name(request, name));
}

std::string set_cookie(const HttpRequest& request, std::string_view name, std::string_view value,
                       int64_t seconds) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", full_name(request, name), value,
                     seconds, request.secure ? "; Secure" : "");
}

}  // namespace vitrine
