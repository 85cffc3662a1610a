// Randomness behind an interface, so that a simulation can be replayed from its seed.
//
// Thread  SystemRandom may be used from any thread; SeededRandom from one.
// Never   use SeededRandom for a secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>

namespace vitrine {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<uint8_t> out) = 0;
  uint64_t u64();
  // Uniform in [0, bound); bound > 0.
  uint64_t below(uint64_t bound);
};

// The kernel's generator: keys, tokens, ids.
class SystemRandom final : public Random {
 public:
  void fill(std::span<uint8_t> out) override;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void fill(std::span<uint8_t> out) override;

 private:
  std::mt19937_64 engine_;
};

// A secret of `bytes` random bytes as lower-case hex (32 bytes = 256 bits = 64 characters).
std::string random_hex(Random& random, size_t bytes);

}  // namespace vitrine
