#include "shop/showcase/showcase_api.h"

#include "shop/gate/room_name.h"
#include "shop/gate/staff_act.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNoProduct{ErrorKind::not_found, "shop.product"};

// Whose prices are asked for; nobody for a guest.
std::optional<AccountId> buyer_of(const Call& call) {
  if (call.caller.viewer != Caller::Viewer::buyer) return std::nullopt;
  return call.caller.account;
}

CardEyes eyes_of(const Call& call) {
  const bool staff = call.caller.staff && call.caller.staff->may(Right::showcase_run);
  return staff ? CardEyes::staff : CardEyes::viewer;
}

}  // namespace

void ShowcaseApi::add_routes(Router& router) {
  const auto run = Right::showcase_run;
  router.add<NoBody, ShowcaseView>(
      {.method = HttpMethod::get,
       .path = "/v1/rooms/{room}/showcase",
       .operation = "getShowcase",
       .tag = "shop",
       .summary = "A room's products in order, with stock, the caller's prices and what is shown now"},
      [this](Call call) { return get(std::move(call)); });
  router.add<NoBody, Card>({.method = HttpMethod::get,
                            .path = "/v1/offers/{product}",
                            .operation = "getOffer",
                            .tag = "shop",
                            .summary = "A product as buyers see it, on a showcase or not: a room's ticket"},
                           [this](Call call) { return offer(std::move(call)); });
  router.add<ShowcaseDraft, ShowcaseView>(
      {.method = HttpMethod::put,
       .path = "/v1/rooms/{room}/showcase",
       .operation = "arrangeShowcase",
       .tag = "shop",
       .summary = "Set a room's products and their order",
       .access = Access::staff,
       .right = run},
      [this](Call call, ShowcaseDraft draft) { return arrange(std::move(call), std::move(draft)); });
  router.add<ShowDraft, NowShowingView>(
      {.method = HttpMethod::post,
       .path = "/v1/rooms/{room}/now-showing",
       .operation = "showProduct",
       .tag = "shop",
       .summary = "Show a product; whatever was shown ends",
       .access = Access::staff,
       .right = run},
      [this](Call call, ShowDraft draft) { return show(std::move(call), std::move(draft)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/rooms/{room}/now-showing",
                                 .operation = "hideProduct",
                                 .tag = "shop",
                                 .summary = "Stop showing",
                                 .access = Access::staff,
                                 .right = run},
                                [this](Call call) { return hide(std::move(call)); });
  add_price_routes(router);
}

void ShowcaseApi::add_price_routes(Router& router) {
  router.add<NoBody, NoContent>(
      {.method = HttpMethod::post,
       .path = "/v1/products/{product}/hide-price",
       .operation = "hidePrice",
       .tag = "shop",
       .summary = "Hide a product's price from viewers, and sell none, until it opens",
       .access = Access::staff,
       .right = Right::showcase_run},
      [this](Call call) { return hide_price(std::move(call)); });
  router.add<ShowDraft, NoContent>(
      {.method = HttpMethod::post,
       .path = "/v1/rooms/{room}/open-price",
       .operation = "openPrice",
       .tag = "shop",
       .summary = "Open a hidden price: viewers see it with the picture, and may buy at once",
       .access = Access::staff,
       .right = Right::showcase_run},
      [this](Call call, ShowDraft draft) { return open_price(std::move(call), std::move(draft)); });
}

Task<Reply<ShowcaseView>> ShowcaseApi::get(Call call) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  auto view = co_await service_.view(room, buyer_of(call), eyes_of(call));
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<Card>> ShowcaseApi::offer(Call call) {
  const auto product = ProductId::parse(call.param("product"));
  if (!product) co_return kNoProduct;
  auto card = co_await service_.offer(*product, buyer_of(call));
  if (!card) co_return card.error();
  co_return std::move(*card);
}

Task<Reply<ShowcaseView>> ShowcaseApi::arrange(Call call, ShowcaseDraft draft) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  const auto done = co_await service_.arrange(room, std::move(draft.products));
  if (!done) co_return done.error();
  auto view = co_await service_.view(room, std::nullopt, CardEyes::staff);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<NowShowingView>> ShowcaseApi::show(Call call, ShowDraft draft) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  auto view = co_await service_.show(room, std::move(draft), staff_name(call));
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<NoContent>> ShowcaseApi::hide(Call call) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  const auto done = co_await service_.hide(room);
  if (!done) co_return done.error();
  co_return NoContent{};
}

Task<Reply<NoContent>> ShowcaseApi::hide_price(Call call) {
  const auto product = ProductId::parse(call.param("product"));
  if (!product) co_return kNoProduct;
  const auto done = co_await service_.hide_price(*product);
  if (!done) co_return done.error();
  if (*done) {
    AuditEntry entry = audit_entry(act_of(call), "price.hide", product->str());
    co_await note_act(&members_, std::move(entry));
  }
  co_return NoContent{};
}

Task<Reply<NoContent>> ShowcaseApi::open_price(Call call, ShowDraft draft) {
  const std::string room = call.param("room");
  if (!is_room_name(room)) co_return kNoRoom;
  const std::string product = draft.product.str();
  const auto done = co_await service_.open_price(room, std::move(draft));
  if (!done) co_return done.error();
  if (*done) {
    AuditEntry entry = audit_entry(act_of(call), "price.open", product, room);
    co_await note_act(&members_, std::move(entry));
  }
  co_return NoContent{};
}

}  // namespace vitrine
