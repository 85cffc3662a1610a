// Any bytes as a token: never taken, never a crash.
#include <cstdlib>

#include "members/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  static const auto verifier =
      JwtVerifier::make({{"s", JwtAlgorithm::hs256, "a secret of thirty-two bytes, ok"}}, "", "vitrine");
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  if (verifier->verify(token, WallTime{1'790'000'000'000})) abort();
  return 0;
}
