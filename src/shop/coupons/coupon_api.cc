#include "shop/coupons/coupon_api.h"

#include "shop/gate/page.h"
#include "shop/gate/room_name.h"

namespace vitrine {
namespace {

constexpr Error kNoCoupon{ErrorKind::not_found, "shop.coupon"};
constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};

std::optional<CouponId> coupon_of(const Call& call) {
  return CouponId::parse(call.param("coupon"));
}

}  // namespace

void CouponApi::add_routes(Router& router) {
  add_buyer_routes(router);
  add_staff_routes(router);
}

void CouponApi::add_buyer_routes(Router& router) {
  router.add<NoBody, CouponPage>({.method = HttpMethod::get,
                                  .path = "/v1/rooms/{room}/coupons",
                                  .operation = "listRoomCoupons",
                                  .tag = "shop",
                                  .summary = "What can be claimed in a room now, newest first"},
                                 [this](Call call) { return list_of_room(std::move(call)); });
  router.add<NoBody, CouponClaimView>({.method = HttpMethod::post,
                                       .path = "/v1/coupons/{coupon}/claim",
                                       .operation = "claimCoupon",
                                       .tag = "shop",
                                       .summary = "Claim a coupon; the same key gives the same claim",
                                       .access = Access::buyer,
                                       .idempotent = true,
                                       .status = 201},
                                      [this](Call call) { return claim(std::move(call)); });
  router.add<NoBody, CouponClaimPage>({.method = HttpMethod::get,
                                       .path = "/v1/coupons/mine",
                                       .operation = "listOwnCoupons",
                                       .tag = "shop",
                                       .summary = "The buyer's claims, newest first",
                                       .access = Access::buyer,
                                       .query = {{"state", "claimed, locked, used or expired"},
                                                 {"limit", "1 to 100"},
                                                 {"cursor", "`next` of the page before"}}},
                                      [this](Call call) { return own_claims(std::move(call)); });
}

void CouponApi::add_staff_routes(Router& router) {
  router.add<NoBody, CouponPage>({.method = HttpMethod::get,
                                  .path = "/v1/shop/coupons",
                                  .operation = "listCoupons",
                                  .tag = "shop",
                                  .summary = "The shop's coupons with what became of them, newest first",
                                  .access = Access::staff,
                                  .query = {{"room", "only this room's"},
                                            {"limit", "1 to 100"},
                                            {"cursor", "`next` of the page before"}}},
                                 [this](Call call) { return list(std::move(call)); });
  router.add<CouponDraft, CouponView>(
      {.method = HttpMethod::post,
       .path = "/v1/shop/coupons",
       .operation = "createCoupon",
       .tag = "shop",
       .summary = "Make a coupon; it can be claimed from claim_from_ms on",
       .access = Access::staff,
       .right = Right::showcase_run,
       .idempotent = true,
       .status = 201},
      [this](Call call, CouponDraft draft) { return create(std::move(call), std::move(draft)); });
  router.add<NoBody, CouponView>({.method = HttpMethod::get,
                                  .path = "/v1/shop/coupons/{coupon}",
                                  .operation = "getCoupon",
                                  .tag = "shop",
                                  .summary = "One coupon with what became of it",
                                  .access = Access::staff},
                                 [this](Call call) { return get(std::move(call)); });
  add_step(router, "/v1/shop/coupons/{coupon}/pause", "pauseCoupon", "Let nobody claim it for a while",
           CouponState::paused);
  add_step(router, "/v1/shop/coupons/{coupon}/resume", "resumeCoupon", "Let a paused one be claimed again",
           CouponState::active);
  add_step(router, "/v1/shop/coupons/{coupon}/end", "endCoupon",
           "End it for good; claims there are stay good", CouponState::ended);
  router.add<NoBody, HttpResponse>({.method = HttpMethod::get,
                                    .path = "/v1/shop/coupons/{coupon}/claims.csv",
                                    .operation = "exportCouponClaims",
                                    .tag = "shop",
                                    .summary = "Its claims as CSV, newest first; audited",
                                    .access = Access::staff,
                                    .right = Right::order_read,
                                    .content_type = "text/csv"},
                                   [this](Call call) { return export_claims(std::move(call)); });
}

void CouponApi::add_step(Router& router, std::string_view path, std::string_view operation,
                         std::string_view summary, CouponState to) {
  router.add<NoBody, CouponView>({.method = HttpMethod::post,
                                  .path = path,
                                  .operation = operation,
                                  .tag = "shop",
                                  .summary = summary,
                                  .access = Access::staff,
                                  .right = Right::showcase_run},
                                 [this, to](Call call) { return step(std::move(call), to); });
}

Task<Reply<CouponPage>> CouponApi::list_of_room(Call call) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  const auto buyer = call.caller.is_buyer() ? std::optional(call.caller.account) : std::nullopt;
  auto page = co_await service_.room_list(room, buyer);
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<CouponClaimView>> CouponApi::claim(Call call) {
  const auto id = coupon_of(call);
  if (!id) co_return kNoCoupon;
  const auto made = co_await service_.claim(*id, call.caller.account, call.idempotency_key);
  if (!made) co_return made.error();
  auto view = co_await service_.own_claim(made->id, call.caller.account);
  if (!view) co_return view.error();
  Reply<CouponClaimView> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<CouponClaimPage>> CouponApi::own_claims(Call call) {
  ClaimQuery query{.buyer = call.caller.account};
  const std::string state = call.request->query_value("state").value_or("");
  const auto names = enum_names(ClaimState{});
  for (size_t at = 0; at < names.size(); ++at) {
    if (names[at] == state) query.state = static_cast<ClaimState>(at);
  }
  if (!state.empty() && !query.state) co_return Error{ErrorKind::invalid_input, "request.state"};
  const auto limit = page_limit(*call.request);
  if (!limit) co_return limit.error();
  const auto cursor = page_cursor<ClaimId>(*call.request);
  if (!cursor) co_return cursor.error();
  query.limit = *limit;
  query.before = *cursor;
  auto page = co_await service_.own_claims(query);
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<CouponPage>> CouponApi::list(Call call) {
  CouponQuery query;
  const auto room = call.request->query_value("room");
  if (room && !room->empty()) query.room = *room;
  const auto limit = page_limit(*call.request);
  if (!limit) co_return limit.error();
  const auto cursor = page_cursor<CouponId>(*call.request);
  if (!cursor) co_return cursor.error();
  query.limit = *limit;
  query.before = *cursor;
  auto page = co_await service_.staff_list(std::move(query));
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<CouponView>> CouponApi::create(Call call, CouponDraft draft) {
  if (draft.room && !is_room_name(*draft.room)) co_return Error{ErrorKind::invalid_input, "shop.room"};
  const auto made = co_await service_.create(staff_key(call, "createCoupon"), std::move(draft));
  if (!made) co_return made.error();
  AuditEntry entry = audit_entry(act_of(call), "coupon.create", made->id.str(), call.body_digest);
  if (!made->replayed) co_await note_act(&members_, std::move(entry));
  auto view = co_await service_.staff_view(made->id);
  if (!view) co_return view.error();
  Reply<CouponView> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<CouponView>> CouponApi::get(Call call) {
  const auto id = coupon_of(call);
  if (!id) co_return kNoCoupon;
  auto view = co_await service_.staff_view(*id);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<CouponView>> CouponApi::step(Call call, CouponState to) {
  const auto id = coupon_of(call);
  if (!id) co_return kNoCoupon;
  const auto done = co_await service_.step(*id, to);
  if (!done) co_return done.error();
  const std::string state(enum_names(to)[static_cast<size_t>(to)]);
  AuditEntry entry = audit_entry(act_of(call), "coupon." + state, id->str());
  co_await note_act(&members_, std::move(entry));
  auto view = co_await service_.staff_view(*id);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<HttpResponse>> CouponApi::export_claims(Call call) {
  const auto id = coupon_of(call);
  if (!id) co_return kNoCoupon;
  AuditEntry entry = audit_entry(act_of(call), "coupon.export", id->str());
  const auto kept = co_await members_.audit(std::move(entry));
  if (!kept) co_return kept.error();
  auto csv = co_await service_.export_claims(*id);
  if (!csv) co_return csv.error();
  HttpResponse answer;
  answer.headers.set("Content-Type", "text/csv; charset=utf-8");
  answer.headers.set("Content-Disposition", "attachment; filename=\"" + id->str() + ".csv\"");
  answer.headers.set("Cache-Control", "no-store");
  answer.body = std::move(*csv);
  co_return answer;
}

}  // namespace vitrine
