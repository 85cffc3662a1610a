// Reads big-endian fields from a span, straight down the spec. It fails sticky: after one short read
// every later read gives zero or empty and left() is 0, so a parser checks finish() once, before it
// uses anything.
//
// Owns    nothing; the bytes must outlive it.
// Thread  one.
// Never   reads past the end, throws, or allocates.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace vitrine {

using Bytes = std::span<const uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  size_t left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  // `truncated` after a short read.
  Result<void> finish() const {
    if (failed_) return Error{ErrorKind::truncated, "wire.truncated"};
    return {};
  }

  uint8_t u8() { return static_cast<uint8_t>(big(1)); }
  uint16_t u16() { return static_cast<uint16_t>(big(2)); }
  uint32_t u24() { return static_cast<uint32_t>(big(3)); }
  uint32_t u32() { return static_cast<uint32_t>(big(4)); }
  uint64_t u64() { return big(8); }
  // Sign-extended 24 bits (composition time offsets).
  int32_t i24() { return static_cast<int32_t>(u24() << 8) >> 8; }
  // RTMP's message stream id is the one little-endian field we meet.
  uint32_t u32_little() { return __builtin_bswap32(u32()); }

  // The next `count` bytes, valid while the span lives; empty when there are fewer.
  Bytes bytes(size_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const Bytes out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return out;
  }
  Bytes rest() { return bytes(left()); }
  void skip(size_t count) { bytes(count); }
  // A reader of the next `count` bytes only: a nested length can never reach past its parent.
  ByteReader fenced(size_t count) {
    ByteReader inner(bytes(count));
    if (failed_) inner.fail();
    return inner;
  }

 private:
  uint64_t big(size_t count) {
    uint64_t value = 0;
    for (const uint8_t byte : bytes(count)) value = value << 8 | byte;
    return value;
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  Bytes rest_;
  bool failed_ = false;
};

}  // namespace vitrine
