// A merchant's list of public keys (JWK Set, RFC 7517; Ed25519 by RFC 8037).
//
// Thread  any; pure.
#pragma once

#include <string_view>
#include <vector>

#include "members/jwt.h"

namespace vitrine {

inline constexpr size_t kJwksBytesMax = 64 * 1024;
inline constexpr size_t kJwksKeysMax = 64;

// The keys tokens may be checked with: RSA for RS256 and Ed25519 for EdDSA. Others, those for encryption and
// shared secrets are passed over: a list that everybody can read holds no secret. Errors: `invalid_input`
// "members.jwks" unless it is a key set with at least one that can be used.
Result<std::vector<JwtKey>> read_jwks(std::string_view text);

}  // namespace vitrine
