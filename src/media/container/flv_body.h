// The bodies of FLV's audio and video tags, which RTMP's audio and video messages share: one or more bytes
// that say what follows, then the codec's own bytes. Two forms: FLV 10.1's (E.4.2, E.4.3) for codecs that
// have a number there, and Enhanced RTMP v2's with a FourCC for all.
//
// Reading points into the bytes given.
//
// Thread  any.
// Never   names a codec: media/codec/codecs.h finds it.
#pragma once

#include <cstdint>
#include <string>

#include "media/codec/frame.h"
#include "wire/byte_reader.h"
#include "wire/byte_writer.h"

namespace vitrine {

enum class FlvPacket : uint8_t {
  config,  // AVCDecoderConfigurationRecord, AudioSpecificConfig, OpusHead
  frame,
  end,    // end of sequence: no more frames until a new config
  aside,  // nothing to decode: seek marks (FrameType 5), colour metadata, channel orders
};

struct FlvBody {
  const Codec* codec = nullptr;  // null for what is aside in FLV 10.1's form
  FlvPacket packet{};
  bool key = false;            // video: FrameType 1; audio: always
  int32_t composition_ms = 0;  // pts - dts
  Bytes data;
};
// Both forms. Errors: `truncated`; `unsupported` "flv.codec" for a codec that is not in codecs.h,
// "flv.packet" for a packet type the specifications do not know, "flv.multitrack" for several tracks in
// one message.
Result<FlvBody> read_flv_video(Bytes body);
Result<FlvBody> read_flv_audio(Bytes body);

// What stands before the codec's bytes: FLV 10.1's form when the codec has a number there (5 bytes for
// H264, 2 for AAC), else Enhanced RTMP's (5 bytes, 8 with a composition time).
void write_flv_prefix(ByteWriter& out, const Codec& codec, FlvPacket packet, bool key,
                      int64_t composition_ms);

// What a body says its codec is, for words to whoever sends it: "HEVC (hvc1)", "MP3", "codec 9".
std::string flv_codec_name(bool video, Bytes body);

}  // namespace vitrine
