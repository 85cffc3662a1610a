#include "media/codec/nal_units.h"

namespace vitrine {

Result<Bytes> next_nal(ByteReader& reader, int length_bytes) {
  size_t length = 0;
  for (int at = 0; at < length_bytes; ++at) length = length << 8 | reader.u8();
  const Bytes nal = reader.bytes(length);
  if (auto read = reader.finish(); !read) return read.error();
  return nal;
}

std::vector<uint8_t> unescaped(Bytes behind_header) {
  std::vector<uint8_t> out;
  out.reserve(behind_header.size());
  int zeros = 0;
  for (const uint8_t byte : behind_header) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

}  // namespace vitrine
