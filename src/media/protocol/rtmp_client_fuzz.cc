// Any bytes as what a server says to a client that wants to play: first with the handshake done, the
// second byte decides how the rest is cut.
#include "media/protocol/rtmp_client.h"
#include "media/protocol/rtmp_handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  if (size == 0) return 0;
  SeededRandom random(1);
  RtmpClient client({"live", "rtmp://host/live", "demo"}, random);
  const size_t step = data[0] == 0 ? size : data[0];
  std::vector<uint8_t> greeting(1 + 2 * kRtmpHandshakeBytes);
  greeting[0] = kRtmpVersion;
  Bytes shaken(greeting);
  check(client.next(shaken).ok(), "a valid handshake was refused");
  size_t sent = client.take_output().size();
  for (Bytes rest(data + 1, size - 1); !rest.empty();) {
    Bytes in = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(in.size());
    while (!in.empty()) {
      const auto event = client.next(in);
      sent += client.take_output().size();
      if (!event) return 0;
    }
  }
  check(sent < 16'384 + size * 64, "answers out of proportion");
  return 0;
}
