// Tokens of a merchant's own site that say who may watch a room, checked by the terms the room has.
//
// Owns    the lists of keys that were fetched: a list is good for kFresh; while it cannot be fetched the last
//         one goes on for kStale, so that a merchant's site that is down keeps nobody out.
// Thread  any core.
// Never   lets a token choose its key or algorithm, or cause more than one fetch in kAgain.
#pragma once

#include <map>

#include "contract/proofs.h"
#include "members/context.h"
#include "net/http_fetch.h"

namespace vitrine {

class WatchTokens {
 public:
  static constexpr Milliseconds kFresh{600'000};
  static constexpr Milliseconds kAgain{30'000};  // also for a token whose key is not on the list
  static constexpr Milliseconds kStale{24LL * 3'600'000};
  static constexpr Milliseconds kFetchTime{3'000};
  static constexpr size_t kListsMax = 100;

  explicit WatchTokens(const MembersContext& context);

  // As ProofPort::check_terms and ProofPort::watch_claims say. The context is ready.
  Task<Result<void>> check(TokenTerms terms);
  Task<Result<WatchClaims>> verify(TokenTerms terms, std::string token);

 private:
  struct List {
    std::vector<JwtKey> keys;
    MonotonicTime fetched{};
    MonotonicTime tried{};
    bool known = false;
  };
  using Lists = std::map<std::string, List>;

  Result<JwtVerifier> verifier_of(const TokenTerms& terms, std::vector<JwtKey> keys) const;
  Task<Result<std::vector<JwtKey>>> keys_of(std::string url, Milliseconds older_than);
  Task<Result<std::vector<JwtKey>>> fetch(std::string url);

  const MembersContext& context_;
  BlockingPool blocking_;
  HostLookups hosts_;
  HttpFetch http_;
  Guarded<Lists> lists_;
};

}  // namespace vitrine
