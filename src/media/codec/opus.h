// Opus: the identification header (RFC 7845, 5.1), which Enhanced RTMP sends as configuration, and what a
// packet says of its length (RFC 6716, 3.1). A frame's payload is one packet.
//
// Thread  any.
// Never   decodes sound.
#pragma once

#include "media/codec/frame.h"

namespace vitrine {

extern const Codec kOpus;

// Whatever it was made from, Opus is heard at this rate.
inline constexpr int kOpusRate = 48'000;  // Hz

// Samples of one channel in a packet, at 48 kHz: 120 to 5,760.
// Errors: `truncated`; `invalid_input` "opus.packet" for no frames or more than 120 ms of them.
Result<int> read_opus_samples(Bytes packet);

}  // namespace vitrine
