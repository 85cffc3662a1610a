// The HTTP side of order in a room: chat rules, sanctions, held lines, reports and roles.
//
// Owns    nothing. Thread  any core.
// Never   acts for a caller whom neither a right nor a role of the room allows it.
#pragma once

#include "net/router.h"
#include "rooms/moderation_service.h"
#include "rooms/moderation_views.h"

namespace vitrine {

class ModerationApi {
 public:
  ModerationApi(RoomsContext& context, RoomService& rooms, ModerationService& service)
      : context_(context), rooms_(rooms), service_(service) {}
  void add_routes(Router& router);

 private:
  void add_chat_routes(Router& router);
  void add_people_routes(Router& router);

  Task<Reply<NoContent>> delete_message(Call call);
  Task<Reply<ChatRulesView>> chat_rules(Call call);
  Task<Reply<ChatRulesView>> set_chat_rules(Call call, ChatRulesView body);
  Task<Reply<HeldLineList>> held(Call call);
  Task<Reply<NoContent>> approve(Call call);
  Task<Reply<NoContent>> drop_held(Call call);
  Task<Reply<NoContent>> report(Call call, NewReport body);
  Task<Reply<ReportedLineList>> reports(Call call);
  Task<Reply<NoContent>> close_report(Call call, ReportDecision body);
  Task<Reply<SanctionList>> sanctions(Call call);
  Task<Reply<SanctionView>> sanction(Call call, NewSanction body);
  Task<Reply<NoContent>> lift(Call call);
  Task<Reply<DeskView>> desk(Call call);
  Task<Reply<RoomRoleList>> roles(Call call);
  Task<Reply<NoContent>> set_role(Call call, NewRoomRole body);
  Task<Reply<NoContent>> drop_role(Call call);

  // Nothing: the caller may. Errors: `unavailable`, `unauthenticated` "members.staff_only", `forbidden`
  // "members.no_right".
  std::optional<Error> refusal(const Call& call, RoomAct act) const;
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  RoomService& rooms_;
  ModerationService& service_;
};

}  // namespace vitrine
