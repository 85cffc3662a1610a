// The audit log: who did what to what, when and from where. Rows are only ever added; each carries a
// keyed hash over itself and the row before it, so a changed, missing or moved row shows.
//
// Thread  the database's.
// Never   stores what was changed, only keyed digests of it: personal data may be passed in.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "contract/members.h"
#include "store/transaction.h"

namespace vitrine {

// Adds a row in the transaction of the act. `key` is MemberKeys::audit.
Result<void> append_audit(Transaction& transaction, std::string_view key, const AuditEntry& entry,
                          WallTime now);

struct AuditHead {
  int64_t rows = 0;
  std::string hash;  // of the last row: written to the log at start, so that a cut-off tail shows
};
// Walks the whole chain. Errors: `internal` "members.audit_broken" when a row was changed, removed
// from the middle, or moved.
Result<AuditHead> verify_audit(Transaction& transaction, std::string_view key);

}  // namespace vitrine
