// The codecs this server takes. Containers and protocols find a codec here by the name they know it by,
// so none of them names one.
//
// Thread  any.
#pragma once

#include <span>

#include "media/codec/frame.h"

namespace vitrine {

// Video before audio.
std::span<const Codec* const> all_codecs();
// By FLV's CodecID or SoundFormat, and HEVC also by the 12 that was its number before it had a name; null
// when there is none.
const Codec* find_codec(FrameKind kind, uint8_t flv_id);
// By Enhanced RTMP's FourCC; null when there is none.
const Codec* find_codec_by_fourcc(FrameKind kind, uint32_t fourcc);

}  // namespace vitrine
