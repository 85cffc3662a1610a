// Staff passwords: argon2id, m = 19456 KiB, t = 2, p = 1 (OWASP's minimum), hashed on two threads of
// their own so that a flood of sign-ins costs neither the cores nor more than a named queue.
//
// Owns    the threads.
// Thread  hash() and verify() from any core.
// Never   keeps or logs a password.
#pragma once

#include <string>

#include "runtime/blocking_pool.h"

namespace vitrine {

inline constexpr size_t kPasswordThreads = 2;
// Running and waiting hashes; a hash takes about 25 ms of a thread, so the last waits 400 ms.
inline constexpr size_t kPasswordsInsideMax = 32;

// How a password compared with what is stored.
enum class PasswordMatch : uint8_t {
  wrong,
  right,
  right_rehash,  // right, but stored with weaker parameters than today's: hash it anew
};

class PasswordHasher {
 public:
  explicit PasswordHasher(size_t inside_max = kPasswordsInsideMax)
      : pool_(kPasswordThreads, inside_max, Error{ErrorKind::exhausted, "members.sign_in_queue_full"}) {}

  // The encoded hash ("$argon2id$v=19$m=19456,t=2,p=1$..."). Errors: `exhausted`
  // "members.sign_in_queue_full"; `unavailable` "members.password_memory".
  Task<Result<std::string>> hash(std::string password);
  // An empty `encoded` costs the same and is always wrong, so that an unknown name takes as long as a
  // known one. Errors: `exhausted` "members.sign_in_queue_full".
  Task<Result<PasswordMatch>> verify(std::string encoded, std::string password);
  size_t inside() const { return pool_.inside(); }

 private:
  BlockingPool pool_;
};

}  // namespace vitrine
