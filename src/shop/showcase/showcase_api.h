// HTTP of showcases: /v1/rooms/{room}/showcase, /now-showing and /open-price, and hiding a price.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/members.h"
#include "net/router.h"
#include "shop/showcase/showcase_service.h"

namespace vitrine {

class ShowcaseApi {
 public:
  ShowcaseApi(ShowcaseService& service, MembersPort& members) : service_(service), members_(members) {}
  void add_routes(Router& router);

 private:
  void add_price_routes(Router& router);
  Task<Reply<ShowcaseView>> get(Call call);
  Task<Reply<Card>> offer(Call call);
  Task<Reply<ShowcaseView>> arrange(Call call, ShowcaseDraft draft);
  Task<Reply<NowShowingView>> show(Call call, ShowDraft draft);
  Task<Reply<NoContent>> hide(Call call);
  Task<Reply<NoContent>> hide_price(Call call);
  Task<Reply<NoContent>> open_price(Call call, ShowDraft draft);

  ShowcaseService& service_;
  MembersPort& members_;
};

}  // namespace vitrine
