// Encrypts single fields before they are stored, personal data (SHOP-RULES 23) and secrets: AES-256-GCM with
// a random nonce, bound to its place so that a value cannot be moved to another row.
//
// Owns    the key, from a file of DATA/secrets (mode 0600, made at the first start).
// Thread  load() once before use; seal() and open() from any thread after it.
// Never   logs or returns the key.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace vitrine {

class FieldCipher {
 public:
  explicit FieldCipher(Random& random) : random_(random) {}

  // Reads the key, or makes it. Errors: load_secret()'s.
  Result<void> load(const std::string& path);

  // `place` says what the value is of: "ord_... phone".
  std::string seal(std::string_view plain, std::string_view place) const;
  // Errors: `internal` "store.field_sealed" when the value was changed, moved, or sealed with another key.
  Result<std::string> open(std::string_view sealed, std::string_view place) const;

 private:
  Random& random_;
  std::string key_;
};

}  // namespace vitrine
