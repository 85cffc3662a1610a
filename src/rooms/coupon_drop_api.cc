#include "rooms/coupon_drop_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr Error kNoDrop{ErrorKind::not_found, "rooms.coupon_drop"};

RouteSpec staff(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method,
          .path = path,
          .operation = operation,
          .tag = "rooms",
          .summary = summary,
          .access = Access::staff,
          .right = Right::showcase_run};
}

}  // namespace

void CouponDropApi::add_routes(Router& router) {
  auto drops = staff(HttpMethod::post, "/v1/rooms/{room}/coupon-drops", "dropCoupon",
                     "Show a coupon's card over everybody's picture for a while");
  drops.idempotent = true;
  drops.status = 201;
  router.add<NewCouponDrop, CouponDropView>(
      drops, [this](Call call, NewCouponDrop body) { return drop(std::move(call), body); });
  router.add<NoBody, NoContent>(staff(HttpMethod::del, "/v1/rooms/{room}/coupon-drops/{coupon}",
                                      "withdrawCoupon", "Take a coupon's card away before its time"),
                                [this](Call call) { return withdraw(std::move(call)); });
}

Task<void> CouponDropApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<CouponDropView>> CouponDropApi::drop(Call call, NewCouponDrop body) {
  if (!context_.database) co_return kUnavailable;
  const auto dropped = co_await service_.drop(call.param("room"), body.coupon,
                                              std::chrono::seconds(body.seconds), key_of(call, "dropCoupon"));
  if (!dropped) co_return dropped.error();
  const CouponDrop& drop = dropped->drop;
  if (!dropped->replayed)
    co_await audit(audit_entry_of(call, "coupon.drop", call.param("room") + "/" + drop.coupon.str()));
  Reply<CouponDropView> reply = CouponDropView{drop.coupon, drop.at.ms, drop.ends.ms};
  reply.replayed = dropped->replayed;
  co_return reply;
}

Task<Reply<NoContent>> CouponDropApi::withdraw(Call call) {
  if (!context_.database) co_return kUnavailable;
  const auto coupon = CouponId::parse(call.param("coupon"));
  if (!coupon) co_return kNoDrop;
  const auto done = co_await service_.withdraw(call.param("room"), *coupon);
  if (!done) co_return done.error();
  co_await audit(audit_entry_of(call, "coupon.withdraw", call.param("room") + "/" + coupon->str()));
  co_return NoContent{};
}

}  // namespace vitrine
