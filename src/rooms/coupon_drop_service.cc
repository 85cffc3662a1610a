#include "rooms/coupon_drop_service.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNoShop{ErrorKind::unavailable, "shop.unavailable"};
constexpr Error kElsewhere{ErrorKind::conflict, "rooms.coupon_elsewhere"};
constexpr Error kClosed{ErrorKind::conflict, "rooms.coupon_closed"};
constexpr Error kNoDrop{ErrorKind::not_found, "rooms.coupon_drop"};

}  // namespace

Task<Result<void>> CouponDropService::load() {
  for (const RoomHandlePtr& handle : context_.directory.all()) {
    auto work = [room = handle->name(), now = context_.clock.wall()](Transaction& tx) {
      return drops_of(tx, room, now);
    };
    auto drops = co_await context_.database->read(std::move(work));
    if (!drops) co_return drops.error();
    const bool rehearses = context_.lives.rehearses(handle->name());
    std::erase_if(*drops, [&](const CouponDrop& drop) { return drop.practice && !rehearses; });
    std::function<void(Room&)> use = [drops = std::move(*drops)](Room& room) {
      for (const CouponDrop& drop : drops) room.know_coupon(drop);
    };
    co_await rooms_.at_home(handle, std::move(use));
  }
  co_return Result<void>();
}

Task<Result<bool>> CouponDropService::known(IdempotencyKey key) {
  auto work = [key](Transaction& tx) -> Result<bool> {
    const auto effect = find_effect(tx, key);
    if (!effect) return effect.error();
    return effect->has_value();
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<std::optional<CouponDrop>>> CouponDropService::find(std::string room, CouponId coupon) {
  auto work = [room, coupon,
               now = context_.clock.wall()](Transaction& tx) -> Result<std::optional<CouponDrop>> {
    auto drops = drops_of(tx, room, now);
    if (!drops) return drops.error();
    const auto found = std::find_if(drops->begin(), drops->end(),
                                    [&](const CouponDrop& drop) { return drop.coupon == coupon; });
    return found == drops->end() ? std::optional<CouponDrop>() : std::optional(std::move(*found));
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<DroppedCoupon>> CouponDropService::drop(std::string room, CouponId coupon, Milliseconds lasts,
                                                    IdempotencyKey key) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  if (purchases_ == nullptr) co_return kNoShop;
  const auto before = co_await known(key);
  if (!before) co_return before.error();
  const auto card = co_await purchases_->coupon_card(coupon);
  if (!card) co_return card.error();
  const WallTime now = context_.clock.wall();
  const WallTime claim_to{card->claim_to_ms};
  CouponDrop drop = drop_of(*card, now, std::min(now + lasts, claim_to));
  drop.practice = context_.lives.rehearses(room);
  if (*before) co_return DroppedCoupon{std::move(drop), true};
  if (card->room != room) co_return kElsewhere;
  const bool claimable = drop.open && drop.left > 0 && card->claim_from_ms <= now.ms && now < claim_to;
  if (!claimable) co_return kClosed;
  Task<Result<void>> showing = show(handle, drop, std::move(key));
  const Result<void> shown = co_await std::move(showing);
  if (!shown) co_return shown.error();
  co_return DroppedCoupon{std::move(drop), false};
}

Task<Result<void>> CouponDropService::withdraw(std::string room, CouponId coupon) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto drop = co_await find(room, coupon);
  if (!drop) co_return drop.error();
  if (!*drop) co_return kNoDrop;
  (*drop)->withdrawn = true;
  Task<Result<void>> showing = show(handle, std::move(**drop), std::nullopt);
  co_return co_await std::move(showing);
}

Task<Result<void>> CouponDropService::show(RoomHandlePtr room, CouponDrop drop,
                                           std::optional<IdempotencyKey> key) {
  RoomService::Effect effect = [name = room->name(), drop, key](Transaction& tx) -> Result<void> {
    if (auto kept = keep_drop(tx, name, drop); !kept || !key) return kept;
    return record_effect(tx, *key, drop.coupon.value, drop.at);
  };
  RoomEvent event{.body = coupon_body(drop), .change = std::move(drop)};
  co_return co_await rooms_.publish(std::move(room), std::move(event), std::move(effect));
}

}  // namespace vitrine
