#include "media/access/audit_trail.h"

#include "base/log.h"

namespace vitrine {

MediaActor media_actor(const Call& call) {
  return {call.caller.staff ? call.caller.staff->id : AccountId{}, call.request->remote};
}

Task<void> AuditTrail::note(MediaActor who, MediaChange change) const {
  if (members_ == nullptr) co_return;
  const std::string act = change.act;
  const std::string subject = change.subject;
  AuditEntry entry{.actor = who.id,
                   .act = std::move(change.act),
                   .subject = std::move(change.subject),
                   .ip = std::move(who.address),
                   .before = std::move(change.before),
                   .after = std::move(change.after)};
  const auto kept = co_await members_->audit(std::move(entry));
  if (!kept)
    log_error("media.not_audited", {{"act", act}, {"subject", subject}, {"reason", kept.error().reason}});
}

}  // namespace vitrine
