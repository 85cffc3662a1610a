// Any bytes as an AudioSpecificConfig.
#include "media/codec/aac.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const auto config = read_aac_config(Bytes(data, size));
  if (config)
    check(config->sample_rate > 0 && config->channels >= 0 && config->channels <= 8, "impossible sound");
  return 0;
}
