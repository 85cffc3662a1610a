// FLV (Adobe Flash Video File Format 10.1, annex E): header, tags and script data. The bodies of audio
// and video tags are flv_body.h's.
//
// Reading points into the bytes given. Writing makes only what lies around a frame's payload, so that
// one Slab per frame serves all FLV viewers while the payload stays stored once.
//
// Thread  any.
// Never   copies a frame's payload.
#pragma once

#include <cstdint>

#include "media/container/flv_body.h"
#include "media/protocol/amf0.h"
#include "wire/byte_reader.h"
#include "wire/slab.h"

namespace vitrine {

enum class FlvTagType : uint8_t { audio = 8, video = 9, script = 18 };

struct FlvHeader {
  bool has_audio = false;
  bool has_video = false;
};

struct FlvTag {
  FlvTagType type{};
  uint32_t dts_ms = 0;  // wraps at 2^32
  Bytes body;
};

// E.2 and the first PreviousTagSize. Errors: `truncated`; `invalid_input` "flv.signature".
Result<FlvHeader> read_flv_header(ByteReader& reader);
// E.4.1 and the PreviousTagSize after it, whose value is not checked (writers differ).
// Errors: `truncated`; `unsupported` "flv.tag_type".
Result<FlvTag> read_flv_tag(ByteReader& reader);

// An FLV time: milliseconds of a 90 kHz time counted from `origin`, wrapping at 2^32.
uint32_t flv_time_ms(int64_t ticks, int64_t origin);

// The 9 bytes of the header and the first PreviousTagSize.
SharedBytes write_flv_header(FlvHeader header);
// One tag of a frame: 11 bytes of tag head with the codec's prefix (flv_body.h), the shared payload, 4
// bytes of PreviousTagSize. `origin` is the time that FLV time 0 stands for. Sets
// join_point for video key frames and born_us.
Slab flv_frame_slab(const Frame& frame, int64_t origin);
// The sequence header of a track.
Slab flv_config_slab(const TrackConfig& track, uint32_t time_ms);

// onMetaData (E.5) as first tag of a join. `first` says which media time FLV time 0 stands for
// (DESIGN 4.3): vitrineEpoch and vitrineFirstDts. Null tracks are left out.
Slab flv_metadata_slab(const TrackConfig* video, const TrackConfig* audio, MediaTime first, uint32_t time_ms);
// The object behind "onMetaData" in a script tag's body. Errors: as read_amf0; `invalid_input`
// "flv.script" when it is another script tag.
Result<Amf0Object> read_flv_metadata(Bytes body);

}  // namespace vitrine
