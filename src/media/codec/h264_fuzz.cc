// Any bytes as a decoder configuration record, a sequence parameter set and a frame's payload.
#include "media/codec/h264.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const Bytes bytes(data, size);
  (void)read_sps(bytes);
  const auto config = read_avc_config(bytes);
  for (const int length_bytes : {1, 2, 4}) (void)read_nals(bytes, length_bytes);
  if (config) {
    const auto track =
        kH264.read_config(std::make_shared<const std::vector<uint8_t>>(bytes.begin(), bytes.end()));
    if (track) check(kH264.rfc6381(*track).size() == 11 && track->width > 0, "a track without a picture");
  }
  return 0;
}
