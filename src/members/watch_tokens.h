// Tokens of a merchant's own site that say who may watch a room, checked by the terms the room has.
//
// Owns    nothing of its own yet but the way to the installation's keys.
// Thread  any core.
// Never   lets a token choose its key or algorithm.
#pragma once

#include "contract/proofs.h"
#include "members/context.h"

namespace vitrine {

class WatchTokens {
 public:
  explicit WatchTokens(const MembersContext& context) : context_(context) {}

  // As ProofPort::check_terms and ProofPort::watch_claims say. The context is ready.
  Task<Result<void>> check(TokenTerms terms);
  Task<Result<WatchClaims>> verify(TokenTerms terms, std::string token);

 private:
  Result<JwtVerifier> verifier_of(const TokenTerms& terms) const;

  const MembersContext& context_;
};

}  // namespace vitrine
