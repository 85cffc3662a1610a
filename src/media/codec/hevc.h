// HEVC as containers carry it (ISO 14496-15): the decoder configuration record, the sequence parameter set,
// and which pictures a viewer may begin with.
//
// Owns    nothing; what is returned points into the bytes given.
// Thread  any.
// Never   decodes a picture.
#pragma once

#include <cstdint>

#include "media/codec/frame.h"
#include "wire/byte_reader.h"

namespace vitrine {

extern const Codec kHevc;

// HEVCDecoderConfigurationRecord, ISO 14496-15, 8.3.3.1. The NAL unit points into the bytes read.
struct HevcConfig {
  uint8_t profile = 0;        // general_profile_idc
  int nal_length_bytes = 4;   // 1, 2 or 4
  int average_fps_milli = 0;  // 0 when it does not say
  Bytes sps;                  // the first one
};
// Errors: `truncated`; `invalid_input` "hevc.config", also without VPS, SPS or PPS.
Result<HevcConfig> read_hevc_config(Bytes config);

// What a sequence parameter set says of the picture (H.265, 7.3.2.2.1).
struct HevcSpsInfo {
  int width = 0;  // pixels inside the conformance window
  int height = 0;
};
// `nal` begins with its two-byte NAL header. Errors: `truncated`; `invalid_input` "hevc.sps".
Result<HevcSpsInfo> read_hevc_sps(Bytes nal);

}  // namespace vitrine
