// What the handlers of rooms read from a call: whose key it is, for the audit log, and who speaks.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

#include "contract/members.h"
#include "net/router.h"
#include "rooms/door_visitor.h"
#include "rooms/room_events.h"
#include "store/idempotency.h"

namespace vitrine {

IdempotencyKey key_of(const Call& call, std::string_view operation);

// Of staff, or of a buyer who has a role in the room.
AuditEntry audit_entry_of(const Call& call, std::string act, std::string subject);

// What the act's log and lists call whoever did it.
std::string actor_name(const Caller& caller);

// Staff speak under their own name and role, with the viewer's id: mutes and echoes go by that.
ChatAuthor author_of(const Caller& caller, const std::string& remote);

DoorVisitor visitor_of(const Caller& caller, const std::string& remote);

}  // namespace vitrine
