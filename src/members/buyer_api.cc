#include "members/buyer_api.h"

#include "members/audit.h"
#include "members/phone.h"

namespace vitrine {
namespace {

constexpr Error kNoAddress{ErrorKind::not_found, "members.address"};

Problem consent_missing() {
  Problem problem{ErrorKind::invalid_input, "members.consent_required",
                  "Signing in needs agreement to the terms."};
  problem.field = "/consent";
  return problem;
}

AddressView to_view(const Address& address) {
  return {address.address,   address.to.name, address.to.phone,
          address.to.region, address.to.line, address.is_default};
}

// The fields as they are kept: names and lines cleaned, the phone in its one form.
Reply<AddressSnapshot> checked(const AddressBody& body) {
  const auto wrong = [](Error error, const char* at) {
    Problem problem(error);
    problem.field = at;
    return problem;
  };
  auto name = clean_name(body.name, 40);
  if (!name) return wrong(name.error(), "/name");
  auto phone = normalize_phone(body.phone, Core::current()->config().get(kCountryCode));
  if (!phone) return wrong(phone.error(), "/phone");
  auto region = clean_name(body.region, 100);
  if (!region) return wrong(region.error(), "/region");
  auto line = clean_name(body.line, 200);
  if (!line) return wrong(line.error(), "/line");
  return AddressSnapshot{*name, *phone, *region, *line};
}

}  // namespace

void BuyerApi::add_routes(Router& router) {
  router.add<CodeBody, CodeSentView>(
      {.method = HttpMethod::post,
       .path = "/v1/buyers/codes",
       .operation = "sendCode",
       .tag = "members",
       .summary = "Send a sign-in code to a phone",
       .status = 202},
      [this](Call call, CodeBody body) { return door_.enter(send_code(std::move(call), std::move(body))); });
  router.add<BuyerSignInBody, MeView>({.method = HttpMethod::post,
                                       .path = "/v1/buyers/sessions",
                                       .operation = "signInBuyer",
                                       .tag = "members",
                                       .summary = "Sign in by phone and code, or by the merchant's token"},
                                      [this](Call call, BuyerSignInBody body) {
                                        return door_.enter(sign_in(std::move(call), std::move(body)));
                                      });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/buyers/sessions/current",
                                 .operation = "signOutBuyer",
                                 .tag = "members",
                                 .summary = "Sign out",
                                 .access = Access::buyer,
                                 .status = 204},
                                [this](Call call) { return door_.enter(sign_out(std::move(call))); });
  router.add<NoBody, SmsList>({.path = "/v1/staff/sms",
                               .operation = "sandboxSms",
                               .tag = "members",
                               .summary = "The sandbox's last sign-in codes, newest first",
                               .access = Access::staff,
                               .right = Right::sms_read},
                              [this](Call call) { return door_.enter(messages(std::move(call))); });
  add_address_routes(router);
}

void BuyerApi::add_address_routes(Router& router) {
  router.add<NoBody, AddressList>({.path = "/v1/addresses",
                                   .operation = "addresses",
                                   .tag = "members",
                                   .summary = "One's own addresses, the default first",
                                   .access = Access::buyer},
                                  [this](Call call) { return door_.enter(addresses(std::move(call))); });
  router.add<AddressBody, AddressView>({.method = HttpMethod::post,
                                        .path = "/v1/addresses",
                                        .operation = "addAddress",
                                        .tag = "members",
                                        .summary = "Add an address; the first is the default",
                                        .access = Access::buyer,
                                        .idempotent = true,
                                        .status = 201},
                                       [this](Call call, AddressBody body) {
                                         return door_.enter(add_address(std::move(call), std::move(body)));
                                       });
  router.add<AddressBody, AddressView>({.method = HttpMethod::put,
                                        .path = "/v1/addresses/{address}",
                                        .operation = "changeAddress",
                                        .tag = "members",
                                        .summary = "Replace an address",
                                        .access = Access::buyer},
                                       [this](Call call, AddressBody body) {
                                         return door_.enter(change_address(std::move(call), std::move(body)));
                                       });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/addresses/{address}",
                                 .operation = "removeAddress",
                                 .tag = "members",
                                 .summary = "Remove an address",
                                 .access = Access::buyer,
                                 .status = 204},
                                [this](Call call) { return door_.enter(remove_address(std::move(call))); });
}

Task<Reply<CodeSentView>> BuyerApi::send_code(Call call, CodeBody body) {
  if (!body.consent) co_return consent_missing();
  const auto sent = co_await parts_.buyers.send_code(std::move(body.phone), origin_of(call));
  add(sent.ok() ? parts_.metrics.codes_sent : parts_.metrics.codes_refused);
  if (!sent.ok()) co_return sent.problem();
  co_return CodeSentView{std::chrono::seconds(kCodeLife).count(), kCodeResend.count(), parts_.sms.sandbox()};
}

Task<Reply<MeView>> BuyerApi::sign_in(Call call, BuyerSignInBody body) {
  if (!body.consent) co_return consent_missing();
  const bool by_code = body.phone && body.code;
  if (by_code == body.token.has_value()) {
    co_return Problem{ErrorKind::invalid_input, "members.sign_in_proof",
                      "Send either phone and code, or token."};
  }
  SigningIn who{call.caller.guest, call.caller.name, origin_of(call)};
  if (call.caller.viewer != Caller::Viewer::guest) {
    const auto language = call.request->headers.get("Accept-Language");
    who.guest_name = default_guest_name(parts_.context.ids.next_value(), language);
  }
  auto buyer = by_code ? co_await parts_.buyers.sign_in_with_code(*body.phone, *body.code, std::move(who))
                       : co_await parts_.buyers.sign_in_with_token(*body.token, std::move(who));
  add(buyer.ok() ? parts_.metrics.buyer_in : parts_.metrics.buyer_refused);
  if (!buyer.ok()) co_return buyer.problem();

  const BuyerSignedIn& in = buyer.value();
  Caller caller = call.caller;
  caller.viewer = Caller::Viewer::buyer;
  caller.account = in.cookie.account;
  caller.name = in.card.name;
  const SessionId counts = caller.staff ? caller.staff->session : in.cookie.session;
  const std::string csrf = parts_.context.signer->csrf(counts.str());
  Reply<MeView> reply = parts_.me.describe({call.request, std::move(caller), csrf, in.card.phone_masked});
  const int64_t seconds = (in.cookie.expires - parts_.context.clock.wall()).count() / 1000;
  add_cookie(reply, set_cookie(*call.request, kBuyerCookie, parts_.context.signer->sign(in.cookie), seconds));
  co_return reply;
}

Task<Reply<NoContent>> BuyerApi::sign_out(Call call) {
  const auto cookie = parts_.context.signer->read_buyer(read_cookie(*call.request, kBuyerCookie),
                                                        parts_.context.clock.wall());
  if (cookie) {
    const auto ended = co_await parts_.buyers.end_session(cookie->session);
    if (!ended) co_return ended.error();
  }
  Reply<NoContent> reply(NoContent{});
  add_cookie(reply, set_cookie(*call.request, kBuyerCookie, "", 0));
  co_return reply;
}

// A page asks every few seconds; one audit row a reader and ten minutes says who looked.
Task<Reply<SmsList>> BuyerApi::messages(Call call) {
  const StaffCaller& staff = *call.caller.staff;
  const MonotonicTime now = parts_.context.clock.monotonic();
  if (noted_readers_.try_one(staff.session.str(), 1, now).count() == 0) {
    auto work = [key = parts_.context.keys->audit, actor = staff.id, ip = call.request->remote,
                 at = parts_.context.clock.wall()](Transaction& transaction) {
      return append_audit(transaction, key, {.actor = actor, .act = "sms.read", .subject = "", .ip = ip}, at);
    };
    const auto noted = co_await parts_.context.database->write(std::move(work));
    if (!noted) co_return noted.error();
  }
  SmsList out;
  for (const auto& message : parts_.sms.messages()) {
    out.items.push_back({message.phone_masked, message.code, message.at.ms});
  }
  Reply<SmsList> reply(std::move(out));
  reply.headers.emplace_back("Cache-Control", "no-store");
  co_return reply;
}

Task<Reply<AddressList>> BuyerApi::addresses(Call call) {
  const auto found = co_await parts_.addresses.list(call.caller.account);
  if (!found) co_return found.error();
  AddressList out;
  for (const auto& address : *found) out.items.push_back(to_view(address));
  Reply<AddressList> reply(std::move(out));
  reply.headers.emplace_back("Cache-Control", "no-store");
  co_return reply;
}

Task<Reply<AddressView>> BuyerApi::add_address(Call call, AddressBody body) {
  const auto to = checked(body);
  if (!to.ok()) co_return to.problem();
  const IdempotencyKey key{call.caller.account.str() + " POST /v1/addresses", call.idempotency_key,
                           call.body_digest};
  const auto added =
      co_await parts_.addresses.add(call.caller.account, to.value(), body.is_default.value_or(false), key);
  if (!added) co_return added.error();
  Reply<AddressView> reply(to_view(added->address));
  reply.replayed = added->replayed;
  co_return reply;
}

Task<Reply<AddressView>> BuyerApi::change_address(Call call, AddressBody body) {
  const auto address = AddressId::parse(call.param("address"));
  if (!address) co_return kNoAddress;
  const auto to = checked(body);
  if (!to.ok()) co_return to.problem();
  const auto changed = co_await parts_.addresses.change(call.caller.account, *address, to.value(),
                                                        body.is_default.value_or(false));
  if (!changed) co_return changed.error();
  co_return to_view(*changed);
}

Task<Reply<NoContent>> BuyerApi::remove_address(Call call) {
  const auto address = AddressId::parse(call.param("address"));
  if (!address) co_return kNoAddress;
  const auto removed = co_await parts_.addresses.remove(call.caller.account, *address);
  if (!removed) co_return removed.error();
  co_return NoContent{};
}

}  // namespace vitrine
