#include "members/staff_api.h"

namespace vitrine {
namespace {

StaffUserView to_view(const StaffUser& user) {
  return {user.account, user.name, user.role, user.created.ms, user.disabled};
}

}  // namespace

void StaffApi::add_routes(Router& router) {
  add_session_routes(router);
  add_user_routes(router);
}

void StaffApi::add_session_routes(Router& router) {
  router.add<ClaimBody, MeView>(
      {.method = HttpMethod::post,
       .path = "/v1/owner-claim",
       .operation = "claimOwner",
       .tag = "members",
       .summary = "Make the owner's account by the one-time link"},
      [this](Call call, ClaimBody body) { return door_.enter(claim(std::move(call), std::move(body))); });
  router.add<StaffSignInBody, MeView>({.method = HttpMethod::post,
                                       .path = "/v1/staff/sessions",
                                       .operation = "signInStaff",
                                       .tag = "members",
                                       .summary = "Sign staff in by name and password"},
                                      [this](Call call, StaffSignInBody body) {
                                        return door_.enter(sign_in(std::move(call), std::move(body)));
                                      });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/staff/sessions/current",
                                 .operation = "signOutStaff",
                                 .tag = "members",
                                 .summary = "Sign out",
                                 .access = Access::staff,
                                 .status = 204},
                                [this](Call call) { return door_.enter(sign_out(std::move(call))); });
  router.add<NoBody, StaffSessionList>({.path = "/v1/staff/sessions",
                                        .operation = "staffSessions",
                                        .tag = "members",
                                        .summary = "One's own sessions",
                                        .access = Access::staff},
                                       [this](Call call) { return door_.enter(sessions(std::move(call))); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/staff/sessions/{session}",
                                 .operation = "endStaffSession",
                                 .tag = "members",
                                 .summary = "End a session: one's own, or anybody's with staff.manage",
                                 .access = Access::staff,
                                 .status = 204},
                                [this](Call call) { return door_.enter(end_session(std::move(call))); });
  router.add<PasswordBody, NoContent>({.method = HttpMethod::put,
                                       .path = "/v1/staff/password",
                                       .operation = "changePassword",
                                       .tag = "members",
                                       .summary = "Change one's password; other sessions end",
                                       .access = Access::staff,
                                       .status = 204},
                                      [this](Call call, PasswordBody body) {
                                        return door_.enter(change_password(std::move(call), std::move(body)));
                                      });
}

void StaffApi::add_user_routes(Router& router) {
  router.add<NoBody, StaffUserList>({.path = "/v1/staff/users",
                                     .operation = "staffUsers",
                                     .tag = "members",
                                     .summary = "Everybody who is staff",
                                     .access = Access::staff,
                                     .right = Right::staff_manage},
                                    [this](Call call) { return door_.enter(users(std::move(call))); });
  router.add<NewStaffUserBody, NewStaffUserView>(
      {.method = HttpMethod::post,
       .path = "/v1/staff/users",
       .operation = "addStaffUser",
       .tag = "members",
       .summary = "Add staff; the one-time password is shown once",
       .access = Access::staff,
       .right = Right::staff_manage,
       .idempotent = true,
       .status = 201},
      [this](Call call, NewStaffUserBody body) {
        return door_.enter(add_user(std::move(call), std::move(body)));
      });
  router.add<StaffChangeBody, StaffUserView>(
      {.method = HttpMethod::patch,
       .path = "/v1/staff/users/{user}",
       .operation = "changeStaffUser",
       .tag = "members",
       .summary = "Change a role, or shut somebody out",
       .access = Access::staff,
       .right = Right::staff_manage},
      [this](Call call, StaffChangeBody body) { return door_.enter(change_user(std::move(call), body)); });
}

Reply<MeView> StaffApi::signed_in(const Call& call, const StaffSignedIn& staff) const {
  Caller caller = call.caller;
  caller.staff = staff.caller;
  const std::string csrf = context_.signer->csrf(staff.caller.session.str());
  Reply<MeView> reply = me_.describe({call.request, std::move(caller), csrf, {}});
  const std::chrono::hours life(Core::current()->config().get(kStaffSessionHours));
  add_cookie(reply, set_cookie(*call.request, kStaffCookie, staff.token, std::chrono::seconds(life).count()));
  return reply;
}

Task<Reply<MeView>> StaffApi::claim(Call call, ClaimBody body) {
  auto claimed = co_await staff_.claim(std::move(body.token), std::move(body.name), std::move(body.password),
                                       origin_of(call));
  if (!claimed.ok()) co_return claimed.problem();
  add(metrics_.staff_in);
  co_return signed_in(call, claimed.value());
}

Task<Reply<MeView>> StaffApi::sign_in(Call call, StaffSignInBody body) {
  const SessionId old = call.caller.staff ? call.caller.staff->session : SessionId{};
  auto staff = co_await staff_.sign_in(std::move(body.name), std::move(body.password), old, origin_of(call));
  set(metrics_.passwords_inside, static_cast<double>(staff_.passwords_inside()));
  add(staff.ok() ? metrics_.staff_in : metrics_.staff_refused);
  if (!staff.ok()) co_return staff.problem();
  co_return signed_in(call, staff.value());
}

Task<Reply<NoContent>> StaffApi::sign_out(Call call) {
  Reply<NoContent> reply =
      co_await staff_.end_session(*call.caller.staff, call.caller.staff->session, origin_of(call));
  if (reply.ok()) add_cookie(reply, set_cookie(*call.request, kStaffCookie, "", 0));
  co_return reply;
}

Task<Reply<StaffSessionList>> StaffApi::sessions(Call call) {
  const auto found = co_await staff_.sessions(call.caller.staff->id);
  if (!found) co_return found.error();
  StaffSessionList out;
  for (const auto& one : *found) {
    out.items.push_back({one.session, one.created.ms, one.seen.ms, one.address, one.user_agent,
                         one.session == call.caller.staff->session});
  }
  co_return out;
}

Task<Reply<NoContent>> StaffApi::end_session(Call call) {
  const auto session = SessionId::parse(call.param("session"));
  if (!session) co_return Error{ErrorKind::not_found, "members.session"};
  co_return co_await staff_.end_session(*call.caller.staff, *session, origin_of(call));
}

Task<Reply<StaffUserList>> StaffApi::users(Call) {
  const auto found = co_await staff_.users();
  if (!found) co_return found.error();
  StaffUserList out;
  for (const auto& user : *found) out.items.push_back(to_view(user));
  co_return out;
}

Task<Reply<NewStaffUserView>> StaffApi::add_user(Call call, NewStaffUserBody body) {
  const AccountId actor = call.caller.staff->id;
  const IdempotencyKey key{actor.str() + " POST /v1/staff/users", call.idempotency_key, call.body_digest};
  auto added = co_await staff_.add_user(std::move(body.name), body.role, "", actor, origin_of(call), key);
  if (!added) co_return added.error();
  const NewStaffUser& fresh = *added;
  Reply<NewStaffUserView> reply(
      NewStaffUserView{fresh.user.account, fresh.user.name, fresh.user.role, fresh.password});
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.replayed = fresh.replayed;
  co_return reply;
}

Task<Reply<StaffUserView>> StaffApi::change_user(Call call, StaffChangeBody body) {
  const auto account = AccountId::parse(call.param("user"));
  if (!account) co_return Error{ErrorKind::not_found, "members.user"};
  const StaffChange change{body.role, body.disabled};
  auto user = co_await staff_.change_user(*account, change, call.caller.staff->id, origin_of(call));
  if (!user.ok()) co_return user.problem();
  co_return to_view(user.value());
}

Task<Reply<NoContent>> StaffApi::change_password(Call call, PasswordBody body) {
  co_return co_await staff_.change_password(*call.caller.staff, std::move(body.current),
                                            std::move(body.fresh), origin_of(call));
}

}  // namespace vitrine
