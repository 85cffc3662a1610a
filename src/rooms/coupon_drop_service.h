// The steps of dropping a coupon into a room: the shop says what it is worth, the room shows its card. The
// claim itself is the shop's.
//
// Owns    nothing; works on the context and the room service.
// Thread  any core; what touches a room goes to its home.
// Never   shows a coupon that nobody could claim.
#pragma once

#include <string>

#include "contract/purchases.h"
#include "rooms/coupon_drop_store.h"
#include "rooms/room_service.h"

namespace vitrine {

struct DroppedCoupon {
  CouponDrop drop;
  bool replayed = false;
};

class CouponDropService {
 public:
  CouponDropService(RoomsContext& context, RoomService& rooms) : context_(context), rooms_(rooms) {}
  // Outlives this. Without one, no coupon can be dropped.
  void set_purchases(PurchasePort& purchases) { purchases_ = &purchases; }

  // Start-up, after the rooms. Errors: the database's.
  Task<Result<void>> load();
  // The card is there for `lasts`, or as long as the coupon can be claimed. Errors: `not_found` "rooms.room",
  // "shop.coupon"; `conflict` "rooms.coupon_elsewhere" (shown in another room or none), "rooms.coupon_closed"
  // (not to be claimed now); `unavailable` "shop.unavailable"; the database's.
  Task<Result<DroppedCoupon>> drop(std::string room, CouponId coupon, Milliseconds lasts, IdempotencyKey key);
  // Takes the card away; claims there are stay good. Errors: `not_found` "rooms.room", "rooms.coupon_drop".
  Task<Result<void>> withdraw(std::string room, CouponId coupon);

 private:
  Task<Result<void>> show(RoomHandlePtr room, CouponDrop drop, std::optional<IdempotencyKey> key);
  Task<Result<std::optional<CouponDrop>>> find(std::string room, CouponId coupon);
  Task<Result<bool>> known(IdempotencyKey key);

  RoomsContext& context_;
  RoomService& rooms_;
  PurchasePort* purchases_ = nullptr;
};

}  // namespace vitrine
