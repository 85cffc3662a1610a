#include "members/me_api.h"

#include "members/rights.h"

namespace vitrine {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;

StaffView to_view(const StaffCaller& staff) {
  return {staff.id, staff.name, staff.role, right_names(staff.rights)};
}

}  // namespace

void MeApi::add_routes(Router& router) {
  router.add<NoBody, MeView>({.path = "/v1/me",
                              .operation = "me",
                              .tag = "members",
                              .summary = "Who is asking; makes a guest of nobody"},
                             [this](Call call) { return door_.enter(read(std::move(call))); });
  router.add<RenameBody, MeView>(
      {.method = HttpMethod::patch,
       .path = "/v1/me",
       .operation = "rename",
       .tag = "members",
       .summary = "Change the viewer's display name"},
      [this](Call call, RenameBody body) { return door_.enter(rename(std::move(call), std::move(body))); });
}

Reply<MeView> MeApi::describe(MeSubject subject) const {
  const HttpRequest& request = *subject.request;
  Caller& caller = subject.caller;
  std::string fresh_guest;
  if (caller.viewer == Caller::Viewer::none) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = context_.ids.next<GuestId>();
    caller.name = default_guest_name(caller.guest.value, request.headers.get("Accept-Language"));
    fresh_guest = context_.signer->sign(GuestCookie{caller.guest, caller.name});
  }
  MeView me;
  me.viewer = {caller.is_buyer() ? "buyer" : "guest", caller.viewer_id(), caller.name, std::nullopt};
  if (!subject.phone_masked.empty()) me.viewer.phone_masked = subject.phone_masked;
  if (caller.staff) me.staff = to_view(*caller.staff);
  me.csrf = subject.csrf.empty() ? authenticator_.csrf(request, caller) : subject.csrf;
  me.server_time_ms = context_.clock.wall().ms;
  Reply<MeView> reply(std::move(me));
  reply.headers.emplace_back("Cache-Control", "no-store");
  if (!fresh_guest.empty()) {
    add_cookie(reply, set_cookie(request, kGuestCookie, fresh_guest, kGuestCookieDays * kSecondsPerDay));
  }
  return reply;
}

Task<Reply<MeView>> MeApi::describe_caller(std::shared_ptr<const HttpRequest> request, Caller caller) {
  std::string phone_masked;
  if (caller.is_buyer()) {
    auto card = co_await identities_.buyer_card(caller.account);
    if (!card) co_return card.error();
    phone_masked = std::move(card->phone_masked);
  }
  co_return describe({request, std::move(caller), {}, std::move(phone_masked)});
}

Task<Reply<MeView>> MeApi::read(Call call) {
  co_return co_await describe_caller(call.request, call.caller);
}

Task<Reply<MeView>> MeApi::rename(Call call, RenameBody body) {
  Caller caller = call.caller;
  if (!body.name) co_return co_await describe_caller(call.request, std::move(caller));
  if (caller.is_buyer()) {
    auto renamed = co_await buyers_.rename(caller.account, *body.name);
    if (!renamed.ok()) co_return renamed.problem();
    caller.name = renamed.value();
    co_return co_await describe_caller(call.request, std::move(caller));
  }
  auto cleaned = clean_name(*body.name, kDisplayNameMax);
  if (!cleaned) co_return cleaned.error();
  if (!caller.guest) caller.guest = context_.ids.next<GuestId>();
  caller.viewer = Caller::Viewer::guest;
  caller.name = *cleaned;
  const std::string cookie = context_.signer->sign(GuestCookie{caller.guest, caller.name});
  Reply<MeView> reply = describe({call.request, std::move(caller), {}, {}});
  add_cookie(reply, set_cookie(*call.request, kGuestCookie, cookie, kGuestCookieDays * kSecondsPerDay));
  co_return reply;
}

}  // namespace vitrine
