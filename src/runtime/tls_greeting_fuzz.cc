// Any bytes as the beginning of a TLS client's first record.
#include "runtime/tls_greeting.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const Bytes bytes(data, size);
  const auto whole = tls_greeting_size(bytes);
  if (!whole) return 0;
  check(*whole >= kTlsGreetingHead && *whole <= kTlsGreetingMax + 5, "an impossible greeting");
  // What was said of the beginning holds for all that follows.
  for (size_t taken = 0; taken < size && taken < kTlsGreetingHead; ++taken) {
    const auto before = tls_greeting_size(bytes.first(taken));
    check(before && *before <= *whole, "a greeting that was refused, or got shorter");
  }
  return 0;
}
