#include "runtime/tls_greeting.h"

namespace vitrine {
namespace {

constexpr uint8_t kMajorVersion = 3;  // all of SSL 3.0 to TLS 1.3
constexpr uint8_t kClientHello = 1;
constexpr size_t kRecordMax = 16 * 1024;

}  // namespace

Result<size_t> tls_greeting_size(Bytes received) {
  const Error wrong{ErrorKind::invalid_input, "tls.greeting"};
  if (!received.empty() && received[0] != kTlsFirstByte) return wrong;
  if (received.size() >= 2 && received[1] != kMajorVersion) return wrong;
  if (received.size() < kTlsGreetingHead) return kTlsGreetingHead;
  ByteReader reader(received);
  reader.u24();  // type and version
  const size_t record_bytes = reader.u16();
  const uint8_t message = reader.u8();
  const size_t message_bytes = reader.u24();
  // A record too short for the message's own header is a peer that plays, not one that greets.
  const bool fits = record_bytes >= 4 && record_bytes <= kRecordMax && message_bytes <= kTlsGreetingMax;
  if (message != kClientHello || !fits) return wrong;
  return 5 + record_bytes;
}

}  // namespace vitrine
