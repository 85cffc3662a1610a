// Any bytes as an OpusHead and as a packet.
#include "media/codec/opus.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const Bytes bytes(data, size);
  const auto samples = read_opus_samples(bytes);
  if (samples) check(*samples >= 120 && *samples <= 5'760, "an impossible length");
  const auto track =
      kOpus.read_config(std::make_shared<const std::vector<uint8_t>>(bytes.begin(), bytes.end()));
  if (track) check(track->channels >= 1 && track->channels <= 255, "impossible sound");
  return 0;
}
