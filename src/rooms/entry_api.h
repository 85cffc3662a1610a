// The HTTP side of a room's door: may this viewer be inside, what lets it in, and what staff ask for there.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/entry_service.h"
#include "rooms/entry_views.h"

namespace vitrine {

class EntryApi {
 public:
  EntryApi(RoomsContext& context, EntryService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  void add_staff_routes(Router& router);
  Task<Reply<EntryView>> get(Call call);
  Task<Reply<EntryView>> show(Call call, EntryProofView body);
  Task<Reply<AccessView>> access(Call call);
  Task<Reply<AccessView>> set_access(Call call, AccessWishView body);
  Task<Reply<InviteList>> invites(Call call);
  Task<Reply<InviteView>> make_invite(Call call, NewInvite body);
  Task<Reply<NoContent>> drop_invite(Call call);

  Task<Reply<EntryView>> entry(Call call);
  std::optional<Error> refusal(const Call& call) const;
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  EntryService& service_;
};

}  // namespace vitrine
