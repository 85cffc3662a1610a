// Appends big-endian fields to a growing buffer.
//
// Owns    the buffer until take().
// Thread  one.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/byte_reader.h"

namespace vitrine {

class ByteWriter {
 public:
  // Room at once for what most write: growing byte by byte would allocate five times for a tag's head.
  ByteWriter() { buffer_.reserve(64); }

  ByteWriter& u8(uint64_t value) { return big(value, 1); }
  ByteWriter& u16(uint64_t value) { return big(value, 2); }
  ByteWriter& u24(uint64_t value) { return big(value, 3); }
  ByteWriter& u32(uint64_t value) { return big(value, 4); }
  ByteWriter& u64(uint64_t value) { return big(value, 8); }
  ByteWriter& u32_little(uint32_t value) { return u32(__builtin_bswap32(value)); }
  ByteWriter& bytes(Bytes more) {
    buffer_.insert(buffer_.end(), more.begin(), more.end());
    return *this;
  }
  ByteWriter& text(std::string_view more) { return bytes(as_bytes(more)); }

  size_t size() const { return buffer_.size(); }
  Bytes view() const { return buffer_; }
  std::vector<uint8_t> take() { return std::exchange(buffer_, {}); }

 private:
  ByteWriter& big(uint64_t value, int count) {
    for (int at = count - 1; at >= 0; --at) buffer_.push_back(static_cast<uint8_t>(value >> (8 * at)));
    return *this;
  }

  std::vector<uint8_t> buffer_;
};

}  // namespace vitrine
