// Who of the staff did something and from where, and the line of the audit log that says so.
//
// Thread  any core.
#pragma once

#include <string>

#include "contract/members.h"
#include "net/router.h"

namespace vitrine {

struct StaffAct {
  AccountId actor{};
  std::string ip{};
};

StaffAct act_of(const Call& call);

// What was done ("stock.change"), to what ("sku_...") and what was asked for; of `after` only a digest is
// kept.
AuditEntry audit_entry(const StaffAct& act, std::string what, std::string subject, std::string after = {});
// Keeps the line of an act that is done already: a missing one is a fault to see, not a reason to undo it.
Task<void> note_act(MembersPort* members, AuditEntry entry);

}  // namespace vitrine
