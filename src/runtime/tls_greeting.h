// The first record of a TLS client (ClientHello), looked at before OpenSSL spends anything on it: a
// connection that never finishes its greeting costs the bytes it sent and no more.
//
// Thread  any; pure.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "wire/byte_reader.h"

namespace vitrine {

inline constexpr uint8_t kTlsFirstByte = 0x16;        // a handshake record; neither HTTP nor RTMP begins so
inline constexpr size_t kTlsGreetingMax = 16 * 1024;  // of the ClientHello; browsers send 0.3 to 2 KiB
inline constexpr size_t kTlsGreetingHead = 5 + 4;     // record header and message header

// How many bytes the whole first record has: at least kTlsGreetingHead until `received` holds that many,
// then exact (RFC 8446, 5.1). The greeting may go on in further records. Errors: `invalid_input`
// "tls.greeting" when it is no ClientHello or would be longer than kTlsGreetingMax.
Result<size_t> tls_greeting_size(Bytes received);

}  // namespace vitrine
