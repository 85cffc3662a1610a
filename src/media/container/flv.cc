#include "media/container/flv.h"

#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr size_t kTagHeadBytes = 11;
constexpr size_t kFileHeadBytes = 9;

void write_tag_head(ByteWriter& out, FlvTagType type, size_t body_bytes, uint32_t time_ms) {
  check(body_bytes <= 0xffffff, "a frame past FLV's 24-bit size");
  out.u8(static_cast<uint8_t>(type)).u24(body_bytes);
  out.u24(time_ms & 0xffffff).u8(time_ms >> 24).u24(0);  // TimestampExtended is the top byte; StreamID 0
}

FlvTagType tag_type(const Codec& codec) {
  return codec.kind == FrameKind::video ? FlvTagType::video : FlvTagType::audio;
}

Slab slab_of(const Codec& codec, const ByteWriter& prefix, SharedBytes data, uint32_t time_ms) {
  const size_t body_bytes = prefix.size() + data->size();
  ByteWriter head;
  write_tag_head(head, tag_type(codec), body_bytes, time_ms);
  head.bytes(prefix.view());
  ByteWriter tail;
  tail.u32(kTagHeadBytes + body_bytes);
  return Slab(head.view(), std::move(data), tail.view());
}

// videocodecid and audiocodecid: Enhanced RTMP puts the FourCC there for codecs FLV has no number for.
double metadata_id(const Codec& codec) {
  return codec.flv_id != 0 ? codec.flv_id : codec.fourcc;
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
  const uint32_t dts_ms = flv_time_ms(frame.dts, origin);
  // Both ends are rounded the same way, so that dts + composition is exactly the rounded pts.
  const auto composition_ms = static_cast<int32_t>(flv_time_ms(frame.pts, origin) - dts_ms);
  ByteWriter prefix;
  write_flv_prefix(prefix, frame.codec(), FlvPacket::frame, frame.key, composition_ms);
  Slab slab = slab_of(frame.codec(), prefix, frame.payload, dts_ms);
  slab.born_us = frame.ingested.since_start.count();
  slab.join_point = frame.key && frame.kind() == FrameKind::video;
  return slab;
}

Slab flv_config_slab(const TrackConfig& track, uint32_t time_ms) {
  ByteWriter prefix;
  write_flv_prefix(prefix, *track.codec, FlvPacket::config, true, 0);
  return slab_of(*track.codec, prefix, track.config, time_ms);
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
    out.push_back({"videocodecid", metadata_id(*video->codec)});
  }
  if (audio != nullptr) {
    out.push_back({"audiosamplerate", audio->sample_rate});
    out.push_back({"audiosamplesize", 16});
    out.push_back({"stereo", audio->channels > 1});
    out.push_back({"audiocodecid", metadata_id(*audio->codec)});
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
