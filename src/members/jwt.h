// A merchant's own signed token (JWT, RFC 7519) that says who a buyer is.
//
// Owns    the configured keys. Thread  any; const after construction.
// Never   takes a key, a key's address or the choice of algorithm from the token itself (RFC 8725,
//         3.1 and 3.10): each key is bound to one algorithm when it is configured.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

enum class JwtAlgorithm : uint8_t { hs256, rs256, eddsa };

struct JwtKey {
  // The token's `kid`; a token without one is tried with the only key of its algorithm. Empty: a key for
  // every `kid` that no other key has.
  std::string id;
  JwtAlgorithm algorithm = JwtAlgorithm::hs256;
  std::string material;  // the shared secret's bytes (HS256), or a PEM public key
};

struct JwtClaims {
  std::string issuer;
  std::string subject;  // who, in the merchant's own words
  std::string name;     // may be empty
  std::string room;     // the room whose stream may be watched with it; may be empty
  WallTime expires;
};

class JwtVerifier {
 public:
  // Errors: `invalid_input` "members.jwt_key": a secret under 32 bytes, a PEM that is no public key of
  // the algorithm, RSA under 2048 bits, or the same id twice for one algorithm.
  static Result<JwtVerifier> make(std::vector<JwtKey> keys, std::string issuer, std::string audience);

  // Checks signature, `iss` (when one is configured), `aud`, `exp` (required), `nbf`, `sub` (required),
  // each within 60 s of clock difference. Errors: `unauthenticated` "members.token" for every fault
  // but time, "members.token_expired", "members.token_early".
  Result<JwtClaims> verify(std::string_view token, WallTime now) const;
  // What a token carries whose signature is right (RFC 7515, 5.2), whatever it is: says nothing about time,
  // audience or issuer. Errors: `unauthenticated` "members.token".
  Result<std::string> signed_payload(std::string_view token) const;
  bool has_keys() const { return !keys_.empty(); }

 private:
  struct ReadyKey;
  JwtVerifier() = default;
  const ReadyKey* key_for(JwtAlgorithm algorithm, std::string_view id) const;

  std::vector<std::shared_ptr<const ReadyKey>> keys_;
  std::string issuer_;
  std::string audience_;
};

// One item of members.jwt_keys, "KID=ALGORITHM:FILE", with the file's content. Errors: `invalid_input`
// "members.jwt_key"; `unavailable` "members.jwt_key_file".
Result<JwtKey> load_jwt_key(std::string_view item);

}  // namespace vitrine
