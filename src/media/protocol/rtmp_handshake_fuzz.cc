// Any 1,537 bytes as C0 and C1; shorter inputs are filled up with zeros.
#include "media/protocol/rtmp_handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  SeededRandom random(1);
  std::vector<uint8_t> c0_c1(data, data + std::min(size, 1 + kRtmpHandshakeBytes));
  c0_c1.resize(1 + kRtmpHandshakeBytes);
  const auto answer = answer_handshake(c0_c1, random);
  if (answer) check(answer->size() == 1 + 2 * kRtmpHandshakeBytes, "an answer of another size");
  return 0;
}
