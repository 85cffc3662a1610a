// AAC: the AudioSpecificConfig (ISO 14496-3, 1.6.2.1). A frame's payload is one raw_data_block;
// ADTS heads left on by mistake are taken off, LATM is refused ("aac.latm").
//
// Thread  any.
// Never   decodes sound.
#pragma once

#include <cstdint>

#include "media/codec/frame.h"
#include "wire/byte_reader.h"

namespace vitrine {

extern const Codec kAac;

// Samples of one channel in one AAC frame (without frameLengthFlag).
inline constexpr int kAacFrameSamples = 1'024;

struct AacConfig {
  int object_type = 0;  // 2 is AAC-LC; 5 and 29 say HE-AAC and HE-AAC v2 outright
  int sample_rate = 0;  // Hz as heard, after spectral band replication when it is said outright
  int channels = 0;     // 1..8; 0 when a program_config_element says it instead
};
// Errors: `truncated`; `invalid_input` "aac.config"; `unsupported` "aac.object_type" for what is not
// AAC (CELP, ALS, USAC).
Result<AacConfig> read_aac_config(Bytes config);

}  // namespace vitrine
