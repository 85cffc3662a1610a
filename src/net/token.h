// Signed tokens: text that a client keeps for us and cannot change (cookies, links). Not secret: whoever
// holds one can read it.
//
//   const TokenSigner signer(keys.cookie, "guest");
//   cookie = signer.sign(guest_id.str(), clock.wall() + kYear);
//   const auto id = signer.verify(cookie, clock.wall());
//
// A token is base64url("<expiry ms>.<payload>") "." base64url(HMAC-SHA256 over purpose and that text).
//
// Owns    the key.
// Thread  any.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

class TokenSigner {
 public:
  static constexpr size_t kTokenMax = 4096;

  // `key` has 32 random bytes. A token of one purpose is never valid for another.
  TokenSigner(std::string key, std::string purpose);

  std::string sign(std::string_view payload, WallTime expires) const;
  // The payload. Errors: `unauthenticated` "token.invalid" (malformed, changed, or signed otherwise),
  // `gone` "token.expired".
  Result<std::string> verify(std::string_view token, WallTime now) const;

 private:
  std::string signature(std::string_view text) const;

  std::string key_;
  std::string purpose_;
};

}  // namespace vitrine
