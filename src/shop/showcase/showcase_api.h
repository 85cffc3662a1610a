// HTTP of showcases: /v1/rooms/{room}/showcase and /now-showing.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "shop/showcase/showcase_service.h"

namespace vitrine {

class ShowcaseApi {
 public:
  explicit ShowcaseApi(ShowcaseService& service) : service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<ShowcaseView>> get(Call call);
  Task<Reply<Card>> offer(Call call);
  Task<Reply<ShowcaseView>> arrange(Call call, ShowcaseDraft draft);
  Task<Reply<NowShowingView>> show(Call call, ShowDraft draft);
  Task<Reply<NoContent>> hide(Call call);

  ShowcaseService& service_;
};

}  // namespace vitrine
