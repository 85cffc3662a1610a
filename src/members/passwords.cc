#include "members/passwords.h"

#include <sodium.h>

namespace vitrine {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr size_t kMemoryBytes = 19'456UL * 1024;

// A hash nobody has the password of, with today's parameters.
constexpr const char* kNobody =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "uZQm3kHv0dGqzO2mJrZ1cVhT7p4yq8lG5mXo6r1n3wE";

}  // namespace

Task<Result<std::string>> PasswordHasher::hash(std::string password) {
  auto work = [password = std::move(password)]() mutable -> Result<std::string> {
    std::array<char, crypto_pwhash_STRBYTES> out{};
    const int done = crypto_pwhash_str(out.data(), password.data(), password.size(), kPasses, kMemoryBytes);
    sodium_memzero(password.data(), password.size());
    if (done != 0) return Error{ErrorKind::unavailable, "members.password_memory"};
    return std::string(out.data());
  };
  co_return co_await pool_.run(std::move(work));
}

Task<Result<PasswordMatch>> PasswordHasher::verify(std::string encoded, std::string password) {
  auto work = [encoded = std::move(encoded),
               password = std::move(password)]() mutable -> Result<PasswordMatch> {
    const char* against = encoded.empty() ? kNobody : encoded.c_str();
    const bool right = crypto_pwhash_str_verify(against, password.data(), password.size()) == 0;
    sodium_memzero(password.data(), password.size());
    if (!right || encoded.empty()) return PasswordMatch::wrong;
    const bool weak = crypto_pwhash_str_needs_rehash(against, kPasses, kMemoryBytes) != 0;
    return weak ? PasswordMatch::right_rehash : PasswordMatch::right;
  };
  co_return co_await pool_.run(std::move(work));
}

}  // namespace vitrine
