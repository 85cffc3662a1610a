// What staff change in media, for the audit log: keys, rules, webhooks, pulls, kicks.
//
// The change is made and answered whether or not the line can be kept: a log that is out of order must not
// keep a leaked key alive. What could not be kept is an error of the program's own log.
//
// Owns    nothing. Thread  any core.
#pragma once

#include <string>

#include "contract/members.h"
#include "net/router.h"

namespace vitrine {

// Who changes something, from where.
struct MediaActor {
  AccountId id;  // 0: the command line
  std::string address;
};
MediaActor media_actor(const Call& call);

// What was changed: `act` is "stream_key.create" and the like, `subject` "demo/key_...". Before and after are
// the subject's state as text, of which the log keeps digests.
struct MediaChange {
  std::string act;
  std::string subject;
  std::string before = {};
  std::string after = {};
};

class AuditTrail {
 public:
  // Null: nobody keeps a log (a module by itself, in a benchmark).
  explicit AuditTrail(MembersPort* members) : members_(members) {}

  // Answers when the line is durable, or cannot be kept.
  Task<void> note(MediaActor who, MediaChange change) const;

 private:
  MembersPort* members_;
};

}  // namespace vitrine
