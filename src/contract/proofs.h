// What rooms asks of members about what somebody shows at a door: a password, a token of the merchant's site,
// or a member's tier.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

// Where the key is that a token is checked with: the installation's own (members.jwt_keys), a shared secret,
// a public key, or a list of public keys that the merchant's site publishes.
enum class TokenKeyKind : uint8_t { site, secret, pem, jwks };
constexpr std::array<std::string_view, 4> enum_names(TokenKeyKind) {
  return {"site", "secret", "pem", "jwks"};
}

// What a token must fit. The kind of the key decides the algorithm, never the token.
struct TokenTerms {
  TokenKeyKind kind = TokenKeyKind::site;
  std::string key{};       // the secret, the PEM text or the list's URL; empty for the installation's
  std::string issuer{};    // the iss it must carry; empty: any
  std::string audience{};  // the aud it must carry
  friend bool operator==(const TokenTerms&, const TokenTerms&) = default;
};

// What a merchant's token says about who may watch.
struct WatchClaims {
  std::string subject;  // who, in the merchant's own words
  std::string room;     // the one room it is for; "*": any
  WallTime until;       // when the token ends
};

// Thread: any core; answers there. Hashing runs on the bounded pool of passwords.
class ProofPort {
 public:
  virtual ~ProofPort() = default;
  // Errors: `exhausted` "members.sign_in_queue_full", `unavailable`.
  virtual Task<Result<std::string>> hash_password(std::string password) = 0;
  virtual Task<Result<bool>> check_password(std::string encoded, std::string password) = 0;
  // Whether tokens can be checked by these terms. Errors: `invalid_input` "members.jwt_key" (a short secret,
  // a PEM that is no key), "members.jwks_url", "members.no_site_keys".
  virtual Task<Result<void>> check_terms(TokenTerms terms) = 0;
  // Errors: `unauthenticated` "members.token", "members.token_expired", "members.token_early"; `unavailable`,
  // also while the merchant's list of keys cannot be fetched.
  virtual Task<Result<WatchClaims>> watch_claims(TokenTerms terms, std::string token) = 0;
  // A buyer's tier: 0 unless staff set one. Errors: `unavailable`, `not_found` "members.buyer".
  virtual Task<Result<int64_t>> tier(AccountId account) = 0;
};

}  // namespace vitrine
