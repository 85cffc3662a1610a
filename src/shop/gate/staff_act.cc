#include "shop/gate/staff_act.h"

#include "base/log.h"

namespace vitrine {

StaffAct act_of(const Call& call) {
  return {call.caller.staff ? call.caller.staff->id : AccountId{}, call.request->remote};
}

AuditEntry audit_entry(const StaffAct& act, std::string what, std::string subject, std::string after) {
  return {.actor = act.actor,
          .act = std::move(what),
          .subject = std::move(subject),
          .ip = act.ip,
          .before = {},
          .after = std::move(after)};
}

Task<void> note_act(MembersPort* members, AuditEntry entry) {
  const std::string act = entry.act;
  const std::string subject = entry.subject;
  const auto kept = co_await members->audit(std::move(entry));
  if (!kept)
    log_error("shop.not_audited", {{"act", act}, {"subject", subject}, {"reason", kept.error().reason}});
}

}  // namespace vitrine
