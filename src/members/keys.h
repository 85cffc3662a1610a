// The installation's own secrets: DATA/secrets/cookie.key signs cookies and CSRF tokens,
// DATA/secrets/field.key encrypts personal data and indexes it. 32 random bytes each, mode 0600, made
// on first start. Whoever loses cookie.key signs everybody out; whoever loses field.key loses every
// phone and address, so a backup carries both.
//
// Owns    the keys in memory. Thread  any after load.
// Never   logs or shows a key.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace vitrine {

// One use of a key file each, so that no signature of one use is valid in another.
struct MemberKeys {
  std::string cookie;    // signs guest and buyer cookies
  std::string csrf;      // makes CSRF tokens
  std::string field;     // encrypts personal fields
  std::string index;     // blind index of phones and merchant subjects
  std::string code;      // digests of sign-in codes
  std::string one_time;  // makes one-time passwords
  std::string audit;     // the audit log's chain and digests
};

// Reads both key files, making what is missing. Errors: load_secret()'s.
Result<MemberKeys> load_member_keys(const std::string& data_directory, Random& random);

// The keys two master keys give; load_member_keys without the files.
MemberKeys derive_member_keys(std::string_view cookie_master, std::string_view field_master);

}  // namespace vitrine
