// Personal data at rest (SHOP-RULES 23): encrypted field by field, found again by a blind index.
//
// Owns    copies of two keys. Thread  any; const after construction.
// Never   holds, logs or returns what it was not asked to open.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "members/keys.h"

namespace vitrine {

class FieldVault {
 public:
  FieldVault(const MemberKeys& keys, Random& random) : keys_(keys), random_(random) {}

  // XChaCha20-Poly1305 under a fresh nonce. `place` names table, column and row ("buyers.phone.usr_...")
  // and is bound in, so that a value copied to another row does not open there.
  std::string seal(std::string_view plain, std::string_view place) const;
  // Errors: `internal` "members.sealed_field" when it was changed, moved or sealed with another key.
  Result<std::string> open(std::string_view sealed, std::string_view place) const;

  // Equal for equal values of one kind ("phone"), telling nothing without the key.
  std::string blind_index(std::string_view kind, std::string_view value) const;
  // The digest of a sign-in code for one phone's blind index. Six digits would fall to a plain hash.
  std::string code_digest(std::string_view phone_index, std::string_view code) const;

 private:
  MemberKeys keys_;
  Random& random_;
};

}  // namespace vitrine
