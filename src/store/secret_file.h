// A secret of the installation in a file of its own (DATA/secrets/NAME.key): 32 random bytes, mode 0600,
// made at the first start. A backup carries it: what it sealed cannot be read without it.
//
// Owns    nothing. Thread  any, one at a time for a file.
// Never   replaces a key that is there, or leaves half of one behind a crash.
#pragma once

#include <string>

#include "base/random.h"
#include "base/result.h"

namespace vitrine {

inline constexpr size_t kSecretBytes = 32;

// Reads the secret at `path`, making it and its folder when missing. Errors: `unavailable`
// "store.secrets" (cannot be read or written), `invalid_input` "store.secret_size" or
// "store.secret_mode" (others may read it).
Result<std::string> load_secret(const std::string& path, Random& random);

}  // namespace vitrine
