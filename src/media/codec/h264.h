// H.264 as containers carry it (ISO 14496-15): the decoder configuration record, the sequence
// parameter set, and the walk over length-prefixed NAL units.
//
// Owns    nothing; what is returned points into the bytes given.
// Thread  any.
// Never   decodes a picture.
#pragma once

#include <cstdint>
#include <vector>

#include "media/codec/frame.h"
#include "wire/byte_reader.h"

namespace vitrine {

extern const Codec kH264;

// AVCDecoderConfigurationRecord, ISO 14496-15, 5.3.3.1. The NAL units point into the bytes read.
struct AvcConfig {
  uint8_t profile = 0;
  uint8_t compatibility = 0;
  uint8_t level = 0;
  int nal_length_bytes = 4;  // 1, 2 or 4
  std::vector<Bytes> sps;    // at least one
  std::vector<Bytes> pps;    // at least one
};
// Errors: `truncated`; `invalid_input` "h264.config".
Result<AvcConfig> read_avc_config(Bytes config);

// What a sequence parameter set says of the picture (H.264 7.3.2.1.1).
struct SpsInfo {
  int width = 0;  // pixels after cropping; the sample aspect ratio is not applied
  int height = 0;
  int fps_milli = 0;  // 0 when it carries no timing
};
// `nal` begins with its one-byte NAL header. Errors: `truncated`; `invalid_input` "h264.sps".
Result<SpsInfo> read_sps(Bytes nal);

// What is inside one frame's payload.
struct NalSummary {
  int count = 0;
  bool idr = false;         // a coded slice of an IDR picture (type 5)
  bool parameters = false;  // a parameter set within the frame (type 7 or 8)
};
// Walks NAL units that each follow their length; empty ones are passed over. Errors: `truncated` when a
// length reaches past the end; `invalid_input` "h264.nal" for a frame without any.
Result<NalSummary> read_nals(Bytes payload, int nal_length_bytes);

}  // namespace vitrine
