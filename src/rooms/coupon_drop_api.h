// The HTTP side of dropping coupons into a room.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/coupon_drop_service.h"

namespace vitrine {

struct NewCouponDrop {
  CouponId coupon{};
  int64_t seconds = 0;
  static constexpr std::string_view schema_name = "NewCouponDrop";
  static constexpr auto fields() {
    return std::tuple{field("coupon", &NewCouponDrop::coupon),
                      field("seconds", &NewCouponDrop::seconds,
                            {.help = "how long its card is there", .min = 10, .max = 3'600})};
  }
};
struct CouponDropView {
  CouponId coupon{};
  int64_t at_ms = 0;
  int64_t ends_at_ms = 0;
  static constexpr std::string_view schema_name = "CouponDrop";
  static constexpr auto fields() {
    return std::tuple{field("coupon", &CouponDropView::coupon), field("at_ms", &CouponDropView::at_ms),
                      field("ends_at_ms", &CouponDropView::ends_at_ms)};
  }
};

class CouponDropApi {
 public:
  CouponDropApi(RoomsContext& context, CouponDropService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<CouponDropView>> drop(Call call, NewCouponDrop body);
  Task<Reply<NoContent>> withdraw(Call call);
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  CouponDropService& service_;
};

}  // namespace vitrine
