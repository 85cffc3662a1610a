// HTTP of coupons: /v1/coupons and /v1/rooms/ROOM/coupons for buyers, /v1/shop/coupons for staff.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/members.h"
#include "net/router.h"
#include "shop/coupons/coupon_service.h"
#include "shop/gate/staff_act.h"

namespace vitrine {

class CouponApi {
 public:
  CouponApi(CouponService& service, MembersPort& members) : service_(service), members_(members) {}
  void add_routes(Router& router);

 private:
  void add_buyer_routes(Router& router);
  void add_staff_routes(Router& router);
  void add_step(Router& router, std::string_view path, std::string_view operation, std::string_view summary,
                CouponState to);

  Task<Reply<CouponPage>> list_of_room(Call call);
  Task<Reply<CouponClaimView>> claim(Call call);
  Task<Reply<CouponClaimPage>> own_claims(Call call);

  Task<Reply<CouponPage>> list(Call call);
  Task<Reply<CouponView>> create(Call call, CouponDraft draft);
  Task<Reply<CouponView>> get(Call call);
  Task<Reply<CouponView>> step(Call call, CouponState to);
  Task<Reply<HttpResponse>> export_claims(Call call);

  CouponService& service_;
  MembersPort& members_;
};

}  // namespace vitrine
