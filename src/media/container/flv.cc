#include "media/container/flv.h"

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr size_t kTagHeadBytes = 11;
constexpr size_t kFileHeadBytes = 9;
constexpr uint8_t kFrameTypeKey = 1;
constexpr uint8_t kFrameTypeInter = 2;
constexpr uint8_t kCodecAvc = 7;
constexpr uint8_t kSoundFormatAac = 10;
constexpr uint8_t kAacSoundFlags = 0xaf;  // E.4.2.1: AAC is always marked 44 kHz, 16 bit, stereo

// How one codec's bodies begin in FLV. Another codec is another row.
struct FlvPacking {
  const Codec* codec;
  FlvTagType tag;
  uint8_t metadata_id;  // videocodecid or audiocodecid
  void (*write_prefix)(ByteWriter& out, FlvPacket packet, bool key, int64_t composition_ms);
};

uint8_t packet_byte(FlvPacket packet) {
  return packet == FlvPacket::config ? 0 : packet == FlvPacket::frame ? 1 : 2;
}

constexpr FlvPacking kPackings[] = {
    {&kH264, FlvTagType::video, kCodecAvc,
     [](ByteWriter& out, FlvPacket packet, bool key, int64_t composition_ms) {
       out.u8((key ? kFrameTypeKey : kFrameTypeInter) << 4 | kCodecAvc).u8(packet_byte(packet));
       out.u24(static_cast<uint64_t>(composition_ms) & 0xffffff);
     }},
    {&kAac, FlvTagType::audio, kSoundFormatAac,
     [](ByteWriter& out, FlvPacket packet, bool, int64_t) {
       out.u8(kAacSoundFlags).u8(packet_byte(packet));
     }},
};

const FlvPacking& packing_of(const Codec* codec) {
  for (const auto& packing : kPackings)
    if (packing.codec == codec) return packing;
  check(false, "a codec without an FLV packing reached an FLV feed");
  __builtin_unreachable();
}

void write_tag_head(ByteWriter& out, FlvTagType type, size_t body_bytes, uint32_t time_ms) {
  check(body_bytes <= 0xffffff, "a frame past FLV's 24-bit size");
  out.u8(static_cast<uint8_t>(type)).u24(body_bytes);
  out.u24(time_ms & 0xffffff).u8(time_ms >> 24).u24(0);  // TimestampExtended is the top byte; StreamID 0
}

Slab slab_of(const FlvPacking& packing, const ByteWriter& prefix, SharedBytes data, uint32_t time_ms) {
  const size_t body_bytes = prefix.size() + data->size();
  ByteWriter head;
  write_tag_head(head, packing.tag, body_bytes, time_ms);
  head.bytes(prefix.view());
  ByteWriter tail;
  tail.u32(kTagHeadBytes + body_bytes);
  return Slab(head.view(), std::move(data), tail.view());
}

Result<FlvPacket> packet_of(uint8_t byte) {
  if (byte > 2) return Error{ErrorKind::unsupported, "flv.packet"};
  return byte == 0 ? FlvPacket::config : byte == 1 ? FlvPacket::frame : FlvPacket::end;
}

}  // namespace

Result<FlvHeader> read_flv_header(ByteReader& reader) {
  const uint32_t signature = reader.u24();
  reader.u8();  // version
  const uint8_t flags = reader.u8();
  const uint32_t size = reader.u32();
  if (!reader.failed() && (signature != 0x464c56 || size < kFileHeadBytes))  // "FLV"
    return Error{ErrorKind::invalid_input, "flv.signature"};
  reader.skip(size - kFileHeadBytes);
  reader.u32();  // PreviousTagSize0
  if (auto read = reader.finish(); !read) return read.error();
  return FlvHeader{.has_audio = (flags & 4) != 0, .has_video = (flags & 1) != 0};
}

Result<FlvTag> read_flv_tag(ByteReader& reader) {
  const uint8_t type = reader.u8();
  const uint32_t body_bytes = reader.u24();
  const uint32_t dts_low = reader.u24();
  const uint32_t dts_high = reader.u8();  // "TimestampExtended": the top byte, after the low three
  reader.u24();                           // StreamID, always 0
  const Bytes body = reader.bytes(body_bytes);
  reader.u32();  // PreviousTagSize
  if (auto read = reader.finish(); !read) return read.error();
  if (type != 8 && type != 9 && type != 18) return Error{ErrorKind::unsupported, "flv.tag_type"};
  return FlvTag{static_cast<FlvTagType>(type), dts_high << 24 | dts_low, body};
}

Result<FlvBody> read_flv_video(Bytes body) {
  ByteReader reader(body);
  const uint8_t first = reader.u8();
  if (auto read = reader.finish(); !read) return read.error();
  // Bit 7 is Enhanced RTMP's mark of a FourCC; its codecs come with their own files.
  if ((first & 0x80) != 0 || (first & 0x0f) != kCodecAvc) return Error{ErrorKind::unsupported, "flv.codec"};
  const auto packet = packet_of(reader.u8());
  const int32_t composition_ms = reader.i24();
  if (auto read = reader.finish(); !read) return read.error();
  if (!packet) return packet.error();
  const bool key = first >> 4 == kFrameTypeKey;
  return FlvBody{&kH264, *packet, key, *packet == FlvPacket::frame ? composition_ms : 0, reader.rest()};
}

Result<FlvBody> read_flv_audio(Bytes body) {
  ByteReader reader(body);
  const uint8_t first = reader.u8();
  if (auto read = reader.finish(); !read) return read.error();
  if (first >> 4 != kSoundFormatAac) return Error{ErrorKind::unsupported, "flv.codec"};
  const auto packet = packet_of(reader.u8());
  if (auto read = reader.finish(); !read) return read.error();
  if (!packet) return packet.error();
  return FlvBody{&kAac, *packet, true, 0, reader.rest()};
}

uint32_t flv_time_ms(int64_t ticks, int64_t origin) {
  return static_cast<uint32_t>((ticks - origin) / kTicksPerMs);
}

SharedBytes write_flv_header(FlvHeader header) {
  ByteWriter out;
  out.text("FLV")
      .u8(1)
      .u8((header.has_audio ? 4 : 0) | (header.has_video ? 1 : 0))
      .u32(kFileHeadBytes)
      .u32(0);
  return std::make_shared<const std::vector<uint8_t>>(out.take());
}

Slab flv_frame_slab(const Frame& frame, int64_t origin) {
  const auto& packing = packing_of(frame.track->codec);
  const uint32_t dts_ms = flv_time_ms(frame.dts, origin);
  // Both ends are rounded the same way, so that dts + composition is exactly the rounded pts.
  const auto composition_ms = static_cast<int32_t>(flv_time_ms(frame.pts, origin) - dts_ms);
  ByteWriter prefix;
  packing.write_prefix(prefix, FlvPacket::frame, frame.key, composition_ms);
  Slab slab = slab_of(packing, prefix, frame.payload, dts_ms);
  slab.born_us = frame.ingested.since_start.count();
  slab.join_point = frame.key && frame.kind() == FrameKind::video;
  return slab;
}

Slab flv_config_slab(const TrackConfig& track, uint32_t time_ms) {
  const auto& packing = packing_of(track.codec);
  ByteWriter prefix;
  packing.write_prefix(prefix, FlvPacket::config, true, 0);
  return slab_of(packing, prefix, track.config, time_ms);
}

Slab flv_metadata_slab(const TrackConfig* video, const TrackConfig* audio, MediaTime first,
                       uint32_t time_ms) {
  Amf0Object data;
  data.ecma_array = true;
  auto& out = data.properties;
  if (video != nullptr) {
    if (video->width > 0) out.push_back({"width", video->width});
    if (video->height > 0) out.push_back({"height", video->height});
    if (video->fps_milli > 0) out.push_back({"framerate", video->fps_milli / 1000.0});
    out.push_back({"videocodecid", packing_of(video->codec).metadata_id});
  }
  if (audio != nullptr) {
    out.push_back({"audiosamplerate", audio->sample_rate});
    out.push_back({"audiosamplesize", 16});
    out.push_back({"stereo", audio->channels > 1});
    out.push_back({"audiocodecid", packing_of(audio->codec).metadata_id});
  }
  out.push_back({"vitrineEpoch", static_cast<double>(first.epoch)});
  out.push_back({"vitrineFirstDts", static_cast<double>(first.pts)});
  const auto body = write_amf0({"onMetaData", std::move(data)});

  ByteWriter tag;
  write_tag_head(tag, FlvTagType::script, body.size(), time_ms);
  tag.bytes(body).u32(kTagHeadBytes + body.size());
  return Slab(std::make_shared<const std::vector<uint8_t>>(tag.take()));
}

Result<Amf0Object> read_flv_metadata(Bytes body) {
  auto values = read_amf0(body);
  if (!values) return values.error();
  const bool ours = values->size() >= 2 && (*values)[0] == Amf0Value("onMetaData") && (*values)[1].object();
  if (!ours) return Error{ErrorKind::invalid_input, "flv.script"};
  return *(*values)[1].object();
}

}  // namespace vitrine
