#include "members/tier_api.h"

#include <algorithm>

#include "base/hex.h"
#include "members/audit.h"
#include "members/buyer_store.h"
#include "members/config.h"
#include "members/phone.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "members.unavailable"};
constexpr size_t kPage = 50;

// A few digits are part of a name, not a phone.
std::string phone_index_of(const FieldVault& vault, const std::string& text) {
  const auto phone = normalize_phone(text, Core::current()->config().get(kCountryCode));
  return phone ? to_hex(vault.blind_index("phone", *phone)) : std::string();
}

BuyerView view_of(const FieldVault& vault, const BuyerRow& row) {
  BuyerView out{.buyer = row.account,
                .name = row.name,
                .phone_masked = {},
                .tier = row.tier,
                .created_at_ms = row.created.ms};
  if (row.phone_sealed.empty()) return out;
  const auto sealed = from_base64url(row.phone_sealed);
  const auto phone = vault.open(sealed.value_or(""), "buyers.phone." + row.account.str());
  out.phone_masked = phone ? mask_phone(*phone) : "****";
  return out;
}

}  // namespace

void TierApi::add_routes(Router& router) {
  router.add<NoBody, BuyerPage>({.method = HttpMethod::get,
                                 .path = "/v1/buyers",
                                 .operation = "listBuyers",
                                 .tag = "members",
                                 .summary = "Buyers, newest first, with their tiers",
                                 .access = Access::staff,
                                 .right = Right::order_read,
                                 .query = {{"q", "part of a name, or a whole phone"},
                                           {"tier", "this tier and above"},
                                           {"cursor", "`next` of the page before"}}},
                                [this](Call call) { return list(std::move(call)); });
  router.add<TierBody, NoContent>({.method = HttpMethod::put,
                                   .path = "/v1/buyers/{buyer}/tier",
                                   .operation = "setBuyerTier",
                                   .tag = "members",
                                   .summary = "Give a buyer a tier, 0 to take it away",
                                   .access = Access::staff,
                                   .right = Right::order_write,
                                   .status = 204},
                                  [this](Call call, TierBody body) { return set(std::move(call), body); });
}

Task<Reply<BuyerPage>> TierApi::list(Call call) {
  if (!context_.ready()) co_return kUnavailable;
  const std::string text = call.request->query_value("q").value_or("");
  const std::string tier = call.request->query_value("tier").value_or("");
  const auto before = AccountId::parse(call.request->query_value("cursor").value_or(""));
  const bool is_digit = tier.size() == 1 && tier[0] >= '0' && tier[0] <= '9';
  const BuyerQuery query{.text = text,
                         .phone_index = phone_index_of(*context_.vault, text),
                         .tier_min = is_digit ? tier[0] - '0' : 0,
                         .before = before.value_or(AccountId{INT64_MAX}),
                         .limit = kPage + 1};
  auto work = [query](Transaction& transaction) { return list_buyers(transaction, query); };
  const auto rows = co_await context_.database->read(std::move(work));
  if (!rows) co_return rows.error();
  BuyerPage out;
  for (size_t at = 0; at < std::min(rows->size(), kPage); ++at)
    out.items.push_back(view_of(*context_.vault, rows->at(at)));
  if (rows->size() > kPage) out.next = out.items.back().buyer.str();
  co_return out;
}

Task<Reply<NoContent>> TierApi::set(Call call, TierBody body) {
  if (!context_.ready()) co_return kUnavailable;
  const auto buyer = AccountId::parse(call.param("buyer"));
  if (!buyer) co_return Error{ErrorKind::not_found, "members.buyer"};
  const AuditEntry entry{.actor = call.caller.staff->id,
                         .act = "buyer.tier",
                         .subject = buyer->str(),
                         .ip = call.request->remote,
                         .after = std::to_string(body.tier)};
  auto work = [key = context_.keys->audit, entry, account = *buyer, tier = body.tier,
               now = context_.clock.wall()](Transaction& transaction) -> Result<void> {
    if (auto done = set_tier(transaction, account, tier, now); !done) return done;
    return append_audit(transaction, key, entry, now);
  };
  const Result<void> done = co_await context_.database->write(std::move(work));
  if (!done) co_return done.error();
  co_return NoContent{};
}

}  // namespace vitrine
