// The SQL of coupons dropped into rooms: so much of each as a card needs after a restart.
//
// Thread  inside a closure of the database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rooms/coupon_drop.h"
#include "store/transaction.h"

namespace vitrine {

extern const std::string_view kCouponDropTables;

// A drop of the same coupon replaces the one before; one that was withdrawn goes.
Result<void> keep_drop(Transaction& tx, const std::string& room, const CouponDrop& drop);
// Those whose cards are still there at `now`.
Result<std::vector<CouponDrop>> drops_of(Transaction& tx, const std::string& room, WallTime now);
// What is left of a coupon, in every room it was dropped into; older news changes nothing.
Result<void> set_drop_left(Transaction& tx, CouponId coupon, int64_t left, bool open, int64_t version);

}  // namespace vitrine
