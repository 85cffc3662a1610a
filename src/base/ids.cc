#include "base/ids.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr int64_t kEpochMs = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr int kRandomBits = 22;
constexpr size_t kDigits = 13;
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

std::string encode_id(std::string_view prefix, int64_t value) {
  std::string out(prefix);
  out.resize(prefix.size() + kDigits);
  auto rest = static_cast<uint64_t>(value);
  for (size_t at = out.size(); at > prefix.size(); --at) {
    out[at - 1] = kAlphabet[rest & 31];
    rest >>= 5;
  }
  return out;
}

std::optional<int64_t> decode_id(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + kDigits) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text.substr(prefix.size())) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    if (value >> 58 != 0) return std::nullopt;  // five more bits would pass 63
    value = value << 5 | digit;
  }
  if (value == 0 || value > INT64_MAX) return std::nullopt;
  return static_cast<int64_t>(value);
}

WallTime time_of_id(int64_t value) {
  return {(value >> kRandomBits) + kEpochMs};
}

int64_t IdSource::next_value() {
  const int64_t since = std::max<int64_t>(clock_.wall().ms - kEpochMs, 1);
  const int64_t fresh = since << kRandomBits | static_cast<int64_t>(random_.below(1 << kRandomBits));
  int64_t last = last_.load(std::memory_order_relaxed);
  int64_t next;
  do {
    // Within a millisecond a random step keeps the neighbour unguessable and the order strict.
    next = fresh > last ? fresh : last + 1 + static_cast<int64_t>(random_.below(64));
  } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

}  // namespace vitrine
