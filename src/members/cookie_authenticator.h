// From a request's cookies to a Caller, and no further when the request was made by another site.
//
// Thread  any core.
// Never   lets a page of another site change anything: not by Sec-Fetch-Site or Origin, and, with a
//         staff or buyer session, not without that session's CSRF token.
#pragma once

#include <memory>
#include <string>

#include "members/identities.h"
#include "net/caller.h"
#include "net/http.h"

namespace vitrine {

class CookieAuthenticator {
 public:
  CookieAuthenticator(MembersContext& context, Identities& identities)
      : context_(context), identities_(identities) {}

  // Cookies that are forged, over or ended count as none. Errors: `forbidden` "request.cross_site" or
  // "request.csrf"; `unavailable` when a session is neither remembered nor can be looked up. While
  // members is not started, everybody is nobody.
  Task<Result<Caller>> authenticate(std::shared_ptr<const HttpRequest> request);

  // The CSRF token /v1/me shows: of the staff session, else the buyer's, else the guest.
  std::string csrf(const HttpRequest& request, const Caller& caller) const;

 private:
  struct Buyer {
    AccountId account;
    SessionId session;
    std::string name;
  };
  Task<Result<std::optional<Buyer>>> find_buyer(std::shared_ptr<const HttpRequest> request);
  Task<Result<std::optional<StaffCaller>>> find_staff(std::shared_ptr<const HttpRequest> request);
  bool csrf_fits(const HttpRequest& request, const Caller& caller) const;
  std::string buyer_session(const HttpRequest& request) const;

  MembersContext& context_;
  Identities& identities_;
};

// Whether the method may change something (anything but GET, HEAD and OPTIONS).
bool is_change(HttpMethod method);
// Whether a browser says the request comes from another site's page. A request with an Authorization
// header is not judged: no browser adds that by itself.
bool is_cross_site(const HttpRequest& request, const std::vector<std::string>& trusted_origins);

}  // namespace vitrine
