// A coupon that the host dropped into the room: a card over the picture for a while.
//
// Thread  any; pure.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "contract/purchases.h"

namespace vitrine {

struct CouponDrop {
  CouponId coupon{};
  boost::json::object card{};  // {"name","off","quota","per_buyer"}
  int64_t left = 0;            // claims still to be had
  bool open = true;            // can be claimed: neither paused nor ended
  int64_t version = 0;         // of the coupon, when `left` was true
  WallTime at{};
  WallTime ends{};         // the card goes away then
  bool withdrawn = false;  // or before, because the host took it back
  bool practice = false;   // of a rehearsal: nobody is told of it later
};

inline CouponDrop drop_of(const CouponCard& coupon, WallTime at, WallTime ends) {
  return {.coupon = coupon.coupon,
          .card = {{"name", coupon.name},
                   {"off", to_json(coupon.off)},
                   {"quota", coupon.quota},
                   {"per_buyer", coupon.per_buyer}},
          .left = coupon.left,
          .open = coupon.state == "active",
          .version = coupon.version,
          .at = at,
          .ends = ends};
}

}  // namespace vitrine
