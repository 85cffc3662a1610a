#include "shop/catalog/price_api.h"

#include <charconv>

#include "shop/gate/staff_act.h"

namespace vitrine {
namespace {

constexpr Error kNoProduct{ErrorKind::not_found, "shop.product"};

// The number of the path; 0, which no entry has, for anything else.
int64_t number_of(const Call& call) {
  const std::string& text = call.param("number");
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

void PriceApi::add_routes(Router& router) {
  router.add<NoBody, PriceList>({.method = HttpMethod::get,
                                 .path = "/v1/products/{product}/prices",
                                 .operation = "listPrices",
                                 .tag = "shop",
                                 .summary = "Member and activity prices of a product that are not over",
                                 .access = Access::staff},
                                [this](Call call) { return list(std::move(call)); });
  router.add<PriceDraft, PriceList>(
      {.method = HttpMethod::post,
       .path = "/v1/products/{product}/prices",
       .operation = "addPrice",
       .tag = "shop",
       .summary =
           "Add a member or activity price; an activity goes before a member price, both before the base",
       .access = Access::staff,
       .right = Right::product_write,
       .idempotent = true,
       .status = 201},
      [this](Call call, PriceDraft draft) { return add(std::move(call), std::move(draft)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/products/{product}/prices/{number}",
                                 .operation = "endPrice",
                                 .tag = "shop",
                                 .summary = "End a price now",
                                 .access = Access::staff,
                                 .right = Right::product_write},
                                [this](Call call) { return end(std::move(call)); });
}

Task<Reply<PriceList>> PriceApi::list(Call call) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  auto view = co_await service_.list(*id);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<PriceList>> PriceApi::add(Call call, PriceDraft draft) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  const std::string asked = boost::json::serialize(to_json(draft));
  const auto made =
      co_await service_.add(staff_key(call, "addPrice"), *id, std::move(draft), staff_name(call));
  if (!made) co_return made.error();
  if (!made->replayed) {
    AuditEntry entry = audit_entry(act_of(call), "price.add", id->str(), asked);
    co_await note_act(&members_, std::move(entry));
  }
  auto view = co_await service_.list(*id);
  if (!view) co_return view.error();
  Reply<PriceList> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<NoContent>> PriceApi::end(Call call) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  const int64_t number = number_of(call);
  const auto done = co_await service_.end(*id, number);
  if (!done) co_return done.error();
  AuditEntry entry = audit_entry(act_of(call), "price.end", id->str(), std::to_string(number));
  co_await note_act(&members_, std::move(entry));
  co_return NoContent{};
}

}  // namespace vitrine
