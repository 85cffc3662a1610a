// GET and PATCH /v1/me, and the Me document that every sign-in answers with.
//
// Thread  routes from any core; the rest on members' home core.
#pragma once

#include "members/buyer_service.h"
#include "members/cookie_authenticator.h"
#include "members/home_door.h"
#include "members/views.h"

namespace vitrine {

// Who a Me is about. After a sign-in the request's cookies are still the old ones, so it carries what
// has changed.
struct MeSubject {
  std::shared_ptr<const HttpRequest> request;
  Caller caller;
  std::string csrf;          // the token of the session that counts
  std::string phone_masked;  // of a buyer who has one
};

class MeApi {
 public:
  MeApi(MembersContext& context, Identities& identities, CookieAuthenticator& authenticator,
        BuyerService& buyers)
      : context_(context),
        identities_(identities),
        authenticator_(authenticator),
        buyers_(buyers),
        door_(context) {}

  void add_routes(Router& router);
  // The Me of a subject. Whoever has no identity yet gets a guest cookie, in the reply's headers.
  Reply<MeView> describe(MeSubject subject) const;

 private:
  Task<Reply<MeView>> read(Call call);
  Task<Reply<MeView>> rename(Call call, RenameBody body);
  Task<Reply<MeView>> describe_caller(std::shared_ptr<const HttpRequest> request, Caller caller);

  MembersContext& context_;
  Identities& identities_;
  CookieAuthenticator& authenticator_;
  BuyerService& buyers_;
  HomeDoor door_;
};

// A Set-Cookie with this value joins the reply's headers.
template <class T>
void add_cookie(Reply<T>& reply, std::string cookie) {
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
}

}  // namespace vitrine
