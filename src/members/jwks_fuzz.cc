// Any bytes as a list of keys: read or refused, never more.
#include <cstddef>
#include <cstdint>

#include "members/jwks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)vitrine::read_jwks({reinterpret_cast<const char*>(data), size});
  return 0;
}
