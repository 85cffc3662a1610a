// The server's side of the RTMP handshake (RTMP 1.0, 5.2), simple and with digests.
//
// Digests are Adobe's later form, undocumented by the specification: bytes 4-7 of C1 are not zero,
// and one of two layouts hides an HMAC-SHA256 in it. Peers that send one expect one back; a C1 whose
// digest fits neither layout gets the simple answer, as the specification says.
//
// Owns    nothing.
// Thread  any.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "wire/byte_reader.h"

namespace vitrine {

inline constexpr uint8_t kRtmpVersion = 3;
inline constexpr size_t kRtmpHandshakeBytes = 1'536;  // C1, C2, S1 and S2

// S0, S1 and S2 in answer to C0 and C1 (1 + 1,536 bytes). C2 is then read and not looked at: players
// and encoders differ in what they put there.
// Errors: `truncated` for another size; `unsupported` "rtmp.version" when C0 is not 3 (RTMPE is 6).
Result<std::vector<uint8_t>> answer_handshake(Bytes c0_c1, Random& random);

// Where the digest lies in a C1 or S1.
enum class RtmpDigestLayout : uint8_t {
  none,          // simple handshake
  digest_first,  // offset bytes at 8
  key_first,     // offset bytes at 772
};
// Which layout holds a valid digest of a client. `c1` has 1,536 bytes.
RtmpDigestLayout find_client_digest(Bytes c1);

}  // namespace vitrine
