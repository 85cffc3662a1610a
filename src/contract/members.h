// What other modules may ask of members: an address to copy into an order, and a line in the audit log.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

// Where an order goes, as it was at that moment. Personal data (SHOP-RULES 23): encrypted where it is
// stored, masked where it is shown, never in an event, a log or a metric.
struct AddressSnapshot {
  std::string name;
  std::string phone;  // "+8613800001234"
  std::string region;
  std::string line;
};

// One act of staff, for the log that is only ever added to.
struct AuditEntry {
  AccountId actor;          // 0: the system itself or the command line
  std::string act;          // "order.ship"
  std::string subject;      // what it was done to: "ord_..."
  std::string ip;           // where the request came from; empty when there was none
  std::string before = {};  // the subject's state as text; only keyed digests of both are kept, so
  std::string after = {};   // personal data may be passed
};

// Thread: any core. Each call answers on the caller's core.
class MembersPort {
 public:
  virtual ~MembersPort() = default;
  // Errors: `not_found` "members.address" (also when it is somebody else's), `unavailable`.
  virtual Task<Result<AddressSnapshot>> address(AccountId account, AddressId address) = 0;
  // Answers when the line is durable. Errors: `unavailable`, `exhausted`, `unknown_outcome`.
  virtual Task<Result<void>> audit(AuditEntry entry) = 0;
};

}  // namespace vitrine
