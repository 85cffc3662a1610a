// Any bytes as a decoder configuration record, as a sequence parameter set and as a frame.
#include "media/codec/hevc.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const Bytes bytes(data, size);
  const auto sps = read_hevc_sps(bytes);
  if (sps) check(sps->width > 0 && sps->width <= 16'384 && sps->height > 0, "an impossible picture");
  const auto track =
      kHevc.read_config(std::make_shared<const std::vector<uint8_t>>(bytes.begin(), bytes.end()));
  if (!track) return 0;
  check(kHevc.rfc6381(*track).starts_with("hvc1."), "a track without a name");
  const auto facts = kHevc.read_payload(*track, bytes);
  if (facts) check(facts->payload.size() <= size, "a payload longer than what was sent");
  return 0;
}
