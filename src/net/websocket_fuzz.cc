// WebSocket frames from a client, and the offer of permessage-deflate: the same outcome however the bytes
// are cut, deflated or not.
#include <cstdlib>

#include "base/utf8.h"
#include "net/websocket_deflate.h"
#include "net/websocket_frame.h"

namespace {

constexpr size_t kMessageMax = 4096;

// What came of the bytes, in parts of `part`: payloads, kinds, and whether it failed.
std::string outcome(vitrine::Bytes bytes, size_t part, vitrine::WebSocketDeflate deflate) {
  vitrine::WebSocketParser parser(kMessageMax, deflate);
  std::string out;
  while (!bytes.empty()) {
    vitrine::Bytes now = bytes.first(std::min(part, bytes.size()));
    bytes = bytes.subspan(now.size());
    for (;;) {
      const auto message = parser.next(now);
      if (!message) return out + "!" + std::string(message.error().reason);
      if (!*message) break;
      if ((*message)->payload.size() > kMessageMax) std::abort();
      if ((*message)->kind == vitrine::WebSocketOpcode::text && !vitrine::count_utf8((*message)->payload))
        std::abort();
      out += static_cast<char>((*message)->kind);
      out += (*message)->payload;
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const vitrine::Bytes bytes(data, size);
  for (const auto deflate : {vitrine::WebSocketDeflate::off, vitrine::WebSocketDeflate::on}) {
    const std::string whole = outcome(bytes, std::max<size_t>(size, 1), deflate);
    if (outcome(bytes, 1, deflate) != whole || outcome(bytes, 5, deflate) != whole) std::abort();
  }
  const std::string answer = vitrine::accept_deflate(vitrine::as_text(bytes));
  if (!answer.empty() && vitrine::accept_deflate(answer).empty()) std::abort();  // what we say, we take
  return 0;
}
