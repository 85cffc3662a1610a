#include "members/cookie_authenticator.h"

#include "base/digest.h"
#include "base/hex.h"
#include "members/config.h"
#include "members/rights.h"

namespace vitrine {
namespace {

// "https://shop.example:8443" -> "shop.example:8443".
std::string_view host_of(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

bool is_change(HttpMethod method) {
  return method != HttpMethod::get && method != HttpMethod::head && method != HttpMethod::options;
}

bool is_cross_site(const HttpRequest& request, const std::vector<std::string>& trusted_origins) {
  if (request.headers.has("Authorization")) return false;
  const std::string_view origin = request.headers.get("Origin");
  if (!origin.empty() && std::ranges::find(trusted_origins, origin) != trusted_origins.end()) return false;
  const std::string_view site = request.headers.get("Sec-Fetch-Site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  return !origin.empty() && host_of(origin) != request.headers.get("Host");
}

Task<Result<Caller>> CookieAuthenticator::authenticate(std::shared_ptr<const HttpRequest> request) {
  const bool change = is_change(request->method);
  if (change && is_cross_site(*request, Core::current()->config().get(kTrustedOrigins))) {
    co_return Error{ErrorKind::forbidden, "request.cross_site"};
  }
  Caller caller;
  // The sandbox's cashier stands for another company's site: it knows nobody, so its plain forms need
  // no token.
  if (request->path.starts_with("/sandbox/")) co_return caller;
  if (!context_.ready()) co_return caller;
  if (auto guest = context_.signer->read_guest(read_cookie(*request, kGuestCookie))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = guest->guest;
    caller.name = std::move(guest->name);
  }
  auto buyer = co_await find_buyer(request);
  if (!buyer) co_return buyer.error();
  if (*buyer) {
    caller.viewer = Caller::Viewer::buyer;
    caller.account = (*buyer)->account;
    caller.buyer_session = (*buyer)->session;
    caller.name = std::move((*buyer)->name);
  }
  auto staff = co_await find_staff(request);
  if (!staff) co_return staff.error();
  caller.staff = std::move(*staff);
  if (change && (caller.staff || caller.is_buyer()) && !csrf_fits(*request, caller)) {
    co_return Error{ErrorKind::forbidden, "request.csrf"};
  }
  co_return caller;
}

Task<Result<std::optional<CookieAuthenticator::Buyer>>> CookieAuthenticator::find_buyer(
    std::shared_ptr<const HttpRequest> request) {
  const auto cookie = context_.signer->read_buyer(read_cookie(*request, kBuyerCookie), context_.clock.wall());
  if (!cookie) co_return std::optional<Buyer>();
  const auto lives = co_await identities_.buyer_session_lives(cookie->session);
  if (!lives) co_return lives.error();
  if (!*lives) co_return std::optional<Buyer>();
  auto card = co_await identities_.buyer_card(cookie->account);
  if (!card && card.error().kind == ErrorKind::not_found) co_return std::optional<Buyer>();
  if (!card) co_return card.error();
  co_return std::optional(Buyer{cookie->account, cookie->session, std::move(card->name)});
}

Task<Result<std::optional<StaffCaller>>> CookieAuthenticator::find_staff(
    std::shared_ptr<const HttpRequest> request) {
  const std::string_view token = read_cookie(*request, kStaffCookie);
  if (token.empty()) co_return std::optional<StaffCaller>();
  const Config& config = Core::current()->config();
  const Milliseconds idle = std::chrono::minutes(config.get(kStaffIdleMinutes));
  const Milliseconds most = std::chrono::hours(config.get(kStaffSessionHours));
  auto found = co_await identities_.find_staff(to_hex(sha256(token)), idle, most);
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<StaffCaller>();
  StaffIdentity& identity = **found;
  co_return std::optional(StaffCaller{.id = identity.account,
                                      .name = std::move(identity.name),
                                      .role = identity.role,
                                      .rights = rights_of(identity.role),
                                      .session = identity.session});
}

std::string CookieAuthenticator::buyer_session(const HttpRequest& request) const {
  const auto cookie = context_.signer->read_buyer(read_cookie(request, kBuyerCookie), context_.clock.wall());
  return cookie ? cookie->session.str() : std::string();
}

std::string CookieAuthenticator::csrf(const HttpRequest& request, const Caller& caller) const {
  if (caller.staff) return context_.signer->csrf(caller.staff->session.str());
  if (caller.is_buyer()) return context_.signer->csrf(buyer_session(request));
  return context_.signer->csrf(caller.guest.str());
}

// A page that learnt its token before another tab signed staff in still holds the buyer's: either
// session's own token shows that the page is ours. A guest's does not: a guest cookie can be planted.
bool CookieAuthenticator::csrf_fits(const HttpRequest& request, const Caller& caller) const {
  const std::string_view token = request.headers.get("X-CSRF-Token");
  if (token.empty()) return false;
  if (caller.staff && equal_secret(token, context_.signer->csrf(caller.staff->session.str()))) return true;
  return caller.is_buyer() && equal_secret(token, context_.signer->csrf(buyer_session(request)));
}

}  // namespace vitrine
