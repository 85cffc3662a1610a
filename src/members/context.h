// What the parts of members share.
//
// Owns    the database, the keys and what is made from them, between start() and stop().
// Thread  set before requests come; the database answers any core.
#pragma once

#include <memory>
#include <optional>

#include "members/cookies.h"
#include "members/field_vault.h"
#include "members/jwt.h"
#include "members/keys.h"
#include "runtime/core.h"
#include "store/database.h"

namespace vitrine {

struct MembersContext {
  Cores& cores;
  Core& home;  // services and limits live here
  const Clock& clock;
  Random& random;
  IdSource& ids;

  std::unique_ptr<Database> database{};
  std::optional<MemberKeys> keys{};
  std::optional<FieldVault> vault{};
  std::optional<CookieSigner> signer{};
  std::optional<JwtVerifier> jwt{};

  bool ready() const { return database != nullptr; }
};

// Where a request came from, for limits, sessions and the audit log.
struct Origin {
  std::string address;
  std::string user_agent;
};

}  // namespace vitrine
