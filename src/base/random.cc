#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"
#include "base/hex.h"

namespace vitrine {

uint64_t Random::u64() {
  uint8_t bytes[8];
  fill(bytes);
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

uint64_t Random::below(uint64_t bound) {
  check(bound > 0, "below() needs a bound");
  // Values past the last whole multiple of bound would favour small results.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t value = u64();
  while (value >= limit) value = u64();
  return value % bound;
}

void SystemRandom::fill(std::span<uint8_t> out) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    check(got > 0, "getrandom failed");
    done += static_cast<size_t>(got);
  }
}

void SeededRandom::fill(std::span<uint8_t> out) {
  for (auto& byte : out) byte = static_cast<uint8_t>(engine_());
}

std::string random_hex(Random& random, size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill({reinterpret_cast<uint8_t*>(raw.data()), raw.size()});
  return to_hex(raw);
}

}  // namespace vitrine
