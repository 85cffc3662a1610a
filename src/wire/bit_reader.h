// Reads single bits and Exp-Golomb numbers (H.264 9.1), most significant bit first. Fails sticky like
// ByteReader.
//
// Owns    nothing; the bytes must outlive it.
#pragma once

#include "wire/byte_reader.h"

namespace vitrine {

class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  // Up to 32 bits.
  uint32_t bits(int count) {
    uint32_t value = 0;
    for (int at = 0; at < count; ++at) value = value << 1 | bit();
    return value;
  }
  bool flag() { return bit() != 0; }
  void skip(size_t count) {
    if (count > bytes_.size() * 8 - at_)
      failed_ = true, at_ = bytes_.size() * 8;
    else
      at_ += count;
  }
  // ue(v); a prefix over 31 zeros fails.
  uint32_t ue() {
    int zeros = 0;
    while (!failed_ && bit() == 0) {
      if (++zeros > 31) {
        failed_ = true;
        return 0;
      }
    }
    return failed_ ? 0 : (1U << zeros) - 1 + bits(zeros);
  }
  // se(v)
  int32_t se() {
    const uint32_t code = ue();
    const auto half = static_cast<int32_t>(code / 2 + (code & 1));
    return (code & 1) != 0 ? half : -half;
  }
  size_t bits_left() const { return bytes_.size() * 8 - at_; }
  Result<void> finish() const {
    if (failed_) return Error{ErrorKind::truncated, "wire.truncated"};
    return {};
  }

 private:
  uint32_t bit() {
    if (at_ >= bytes_.size() * 8) {
      failed_ = true;
      return 0;
    }
    const uint32_t value = bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }

  Bytes bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace vitrine
