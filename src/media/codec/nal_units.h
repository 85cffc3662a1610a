// What H.264 and HEVC share of NAL units as containers carry them (ISO 14496-15): each behind its length, its
// bytes with emulation prevention.
//
// Thread  any; pure.
#pragma once

#include <vector>

#include "wire/byte_reader.h"

namespace vitrine {

// The next NAL unit, without its length of 1, 2 or 4 bytes; it may be empty. Errors: `truncated`.
Result<Bytes> next_nal(ByteReader& reader, int length_bytes);

// The bytes behind a NAL unit's header without the emulation prevention bytes (H.264 and H.265, 7.3.1).
std::vector<uint8_t> unescaped(Bytes behind_header);

}  // namespace vitrine
