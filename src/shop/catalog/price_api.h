// HTTP of the price list: /v1/products/{product}/prices.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/members.h"
#include "net/router.h"
#include "shop/catalog/price_service.h"

namespace vitrine {

class PriceApi {
 public:
  PriceApi(PriceService& service, MembersPort& members) : service_(service), members_(members) {}
  void add_routes(Router& router);

 private:
  Task<Reply<PriceList>> list(Call call);
  Task<Reply<PriceList>> add(Call call, PriceDraft draft);
  Task<Reply<NoContent>> end(Call call);

  PriceService& service_;
  MembersPort& members_;
};

}  // namespace vitrine
