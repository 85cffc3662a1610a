// The HTTP side of live sessions: schedule, rehearse, go live, end, and what happened when.
//
// Owns    nothing. Thread  any core.
// Never   decides what a state allows: that is SessionService.
#pragma once

#include "net/router.h"
#include "rooms/session_service.h"
#include "rooms/session_views.h"

namespace vitrine {

class SessionApi {
 public:
  SessionApi(RoomsContext& context, SessionService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<SessionView>> schedule(Call call, NewSession body);
  Task<Reply<SessionList>> list(Call call);
  Task<Reply<SessionView>> get(Call call);
  Task<Reply<SessionView>> patch(Call call, SessionPatch body);
  Task<Reply<SessionView>> step(Call call, LiveStep step);
  Task<Reply<Timeline>> timeline(Call call);

  Task<Result<LiveSession>> session_for(const Call& call);
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  SessionService& service_;
};

}  // namespace vitrine
