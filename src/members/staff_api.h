// The routes of staff: the owner's claim, sessions, users, passwords.
//
// Thread  routes from any core; handlers on members' home core.
#pragma once

#include "members/me_api.h"
#include "members/metrics.h"
#include "members/staff_service.h"

namespace vitrine {

class StaffApi {
 public:
  StaffApi(MembersContext& context, StaffService& staff, MeApi& me, MembersMetrics& metrics)
      : context_(context), staff_(staff), me_(me), metrics_(metrics), door_(context) {}

  void add_routes(Router& router);

 private:
  void add_session_routes(Router& router);
  void add_user_routes(Router& router);
  Task<Reply<MeView>> claim(Call call, ClaimBody body);
  Task<Reply<MeView>> sign_in(Call call, StaffSignInBody body);
  Task<Reply<NoContent>> sign_out(Call call);
  Task<Reply<StaffSessionList>> sessions(Call call);
  Task<Reply<NoContent>> end_session(Call call);
  Task<Reply<StaffUserList>> users(Call call);
  Task<Reply<NewStaffUserView>> add_user(Call call, NewStaffUserBody body);
  Task<Reply<StaffUserView>> change_user(Call call, StaffChangeBody body);
  Task<Reply<NoContent>> change_password(Call call, PasswordBody body);
  Reply<MeView> signed_in(const Call& call, const StaffSignedIn& staff) const;

  MembersContext& context_;
  StaffService& staff_;
  MeApi& me_;
  MembersMetrics& metrics_;
  HomeDoor door_;
};

}  // namespace vitrine
