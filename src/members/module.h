// Members: who is a guest, a buyer or staff, what staff may do, and the log of what they did.
//
// Owns    members.sqlite, the keys in DATA/secrets, sessions, addresses, the audit log.
// Thread  construction, start, drain and stop on the program's main thread; routes, the authenticator
//         and the port on any core; services on one home core.
// Never   lets personal data leave unsealed or unmasked but to its owner or an order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "bus/bus.h"
#include "contract/members.h"
#include "contract/module.h"
#include "contract/proofs.h"
#include "net/dispatch.h"
#include "runtime/core.h"
#include "runtime/metrics.h"

namespace vitrine {

struct MembersNeeds {
  Cores& cores;
  Router& router;
  Bus& bus;
  const Clock& clock;
  Random& random;
  IdSource& ids;
  std::string data_directory;
  std::string database_url{};  // "postgres://..."; empty: SQLite under data_directory
  prometheus::Registry& metrics;
};

// Staff made by the command line or the demo.
struct CreatedStaff {
  AccountId account;
  std::string name;
  Role role = Role::support;
  std::string password;  // one-time, unless one was given
};

class MembersModule final : public Module, public MembersPort, public ProofPort {
 public:
  explicit MembersModule(MembersNeeds needs);
  ~MembersModule() override;

  Result<void> start() override;
  void drain() override;
  void stop() override;
  std::optional<std::string> trouble() const override;

  // The hook of HttpServer; usable from construction on, also while members is not started.
  Authenticator authenticator();

  // With an empty `password` a one-time password is made. Errors: `conflict` "members.name_taken",
  // `invalid_input` "members.name_...", `unavailable`.
  Task<Result<CreatedStaff>> create_staff(std::string name, Role role, std::string password);
  // The token of /console/claim?token=... while the shop has no owner; empty when it has one. It is stored
  // only as a digest, so this is the one time it can be shown. Errors: `unavailable`.
  Task<Result<std::optional<std::string>>> make_claim();
  // Errors: `internal` "members.audit_broken"; the number of rows otherwise.
  Task<Result<int64_t>> verify_audit_log();

  Task<Result<AddressSnapshot>> address(AccountId account, AddressId address) override;
  Task<Result<void>> audit(AuditEntry entry) override;

  Task<Result<std::string>> hash_password(std::string password) override;
  Task<Result<bool>> check_password(std::string encoded, std::string password) override;
  Task<Result<void>> check_terms(TokenTerms terms) override;
  Task<Result<WatchClaims>> watch_claims(TokenTerms terms, std::string token) override;
  Task<Result<int64_t>> tier(AccountId account) override;

 private:
  struct Parts;
  Task<void> check_audit_log();

  std::unique_ptr<Parts> parts_;
};

}  // namespace vitrine
