// Any bytes as what a peer sends after a valid handshake; publishing and playing are accepted whenever
// they are asked.
#include "media/protocol/rtmp_handshake.h"
#include "media/protocol/rtmp_session.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  SeededRandom random(1);
  RtmpSession session(random);
  std::vector<uint8_t> handshake(1 + 2 * kRtmpHandshakeBytes);
  handshake[0] = kRtmpVersion;
  Bytes shaken(handshake);
  check(session.next(shaken).ok(), "a valid handshake was refused");

  Bytes in(data, size);
  size_t sent = 0;
  while (true) {
    const auto event = session.next(in);
    sent += session.take_output().size();
    if (!event || !*event) break;
    if (std::holds_alternative<RtmpPublishAsked>(**event)) session.accept_publish();
    if (std::holds_alternative<RtmpPlayAsked>(**event)) session.accept_play();
  }
  // A peer can make us send, but not without end for what it sent.
  check(sent < 8'192 + size * 64, "answers out of proportion");
  return 0;
}
