#include "media/container/flv_body.h"

#include <fmt/format.h>

#include <array>

#include "media/codec/codecs.h"

namespace vitrine {
namespace {

constexpr uint8_t kKeyFrame = 1;  // E.4.3.1
constexpr uint8_t kInterFrame = 2;
constexpr uint8_t kInfoFrame = 5;  // a seek mark of a server, never a picture
constexpr uint8_t kExtendedVideo = 0x80;
constexpr uint8_t kExtendedAudio = 9;  // in place of a SoundFormat
constexpr uint8_t kSoundFlags = 0x0f;  // E.4.2.1: AAC is always marked 44 kHz, 16 bit, stereo

// Enhanced RTMP v2, VideoPacketType and AudioPacketType; the latter lacks 3 and 5 has the other meaning.
constexpr uint8_t kSequenceStart = 0;
constexpr uint8_t kCodedFrames = 1;
constexpr uint8_t kSequenceEnd = 2;
constexpr uint8_t kCodedFramesX = 3;  // as kCodedFrames with a composition time of 0
constexpr uint8_t kMetadata = 4;      // audio: MultichannelConfig
constexpr uint8_t kVideoMultitrack = 6;
constexpr uint8_t kAudioMultitrack = 5;
constexpr uint8_t kModEx = 7;
constexpr int kModExMax = 8;  // modifiers before one packet; only one is defined

constexpr Error kUnknownCodec{ErrorKind::unsupported, "flv.codec"};
constexpr Error kUnknownPacket{ErrorKind::unsupported, "flv.packet"};

// AVCPacketType and AACPacketType.
Result<FlvPacket> packet_of(uint8_t byte) {
  if (byte > 2) return kUnknownPacket;
  return byte == 0 ? FlvPacket::config : byte == 1 ? FlvPacket::frame : FlvPacket::end;
}

Result<FlvPacket> extended_packet_of(FrameKind kind, uint8_t type) {
  const bool video = kind == FrameKind::video;
  if (type == (video ? kVideoMultitrack : kAudioMultitrack))
    return Error{ErrorKind::unsupported, "flv.multitrack"};
  switch (type) {
    case kSequenceStart:
      return FlvPacket::config;
    case kCodedFrames:
      return FlvPacket::frame;
    case kSequenceEnd:
      return FlvPacket::end;
    case kCodedFramesX:
      if (!video) return kUnknownPacket;
      return FlvPacket::frame;
    case kMetadata:
      return FlvPacket::aside;
    default:
      return kUnknownPacket;
  }
}

// Passes over the modifiers before a packet (a nanosecond offset, so far) and returns its type.
Result<uint8_t> read_modifiers(ByteReader& reader, uint8_t type) {
  for (int count = 0; type == kModEx; ++count) {
    if (count == kModExMax) return kUnknownPacket;
    size_t bytes = size_t{reader.u8()} + 1;
    if (bytes == 256) bytes = size_t{reader.u16()} + 1;
    reader.skip(bytes);
    type = reader.u8() & 0x0f;
    if (auto read = reader.finish(); !read) return read.error();
  }
  return type;
}

Result<FlvBody> read_extended(ByteReader& reader, FrameKind kind, uint8_t first_type, bool key) {
  const auto type = read_modifiers(reader, first_type);
  if (!type) return type.error();
  const auto packet = extended_packet_of(kind, *type);
  if (!packet) return packet.error();
  const uint32_t name = reader.u32();
  if (auto read = reader.finish(); !read) return read.error();
  FlvBody out{find_codec_by_fourcc(kind, name), *packet, key, 0, {}};
  if (out.codec == nullptr) return kUnknownCodec;
  if (*type == kCodedFrames && out.codec->reorders) out.composition_ms = reader.i24();
  if (auto read = reader.finish(); !read) return read.error();
  out.data = reader.rest();
  return out;
}

std::string_view video_name(uint8_t id) {  // E.4.3.1, and what Chinese encoders use 12 for
  constexpr std::array<std::string_view, 13> kNames{
      "", "JPEG", "Sorenson H.263", "Screen Video", "VP6", "VP6 with alpha", "Screen Video 2", "H264", "", "",
      "", "",     "HEVC (codec 12)"};
  return id < kNames.size() ? kNames[id] : "";
}

std::string_view audio_name(uint8_t id) {  // E.4.2.1
  constexpr std::array<std::string_view, 16> kNames{
      "PCM",          "ADPCM", "MP3", "PCM",   "Nellymoser", "Nellymoser", "Nellymoser", "G.711 A-law",
      "G.711 mu-law", "",      "AAC", "Speex", "",           "",           "MP3 8 kHz",  ""};
  return id < kNames.size() ? kNames[id] : "";
}

std::string fourcc_name(ByteReader& reader) {
  std::string text(as_text(reader.bytes(4)));
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  if (text == "hvc1") return "HEVC (hvc1)";
  if (text == "av01") return "AV1 (av01)";
  return text.empty() ? "nothing" : text;
}

}  // namespace

Result<FlvBody> read_flv_video(Bytes body) {
  ByteReader reader(body);
  const uint8_t first = reader.u8();
  if (auto read = reader.finish(); !read) return read.error();
  const uint8_t frame_type = first >> 4 & 7;
  if (frame_type == kInfoFrame) return FlvBody{nullptr, FlvPacket::aside, false, 0, {}};
  const bool key = frame_type == kKeyFrame;
  if ((first & kExtendedVideo) != 0) return read_extended(reader, FrameKind::video, first & 0x0f, key);
  const Codec* codec = find_codec(FrameKind::video, first & 0x0f);
  if (codec == nullptr) return kUnknownCodec;
  const auto packet = packet_of(reader.u8());
  const int32_t composition_ms = reader.i24();
  if (auto read = reader.finish(); !read) return read.error();
  if (!packet) return packet.error();
  return FlvBody{codec, *packet, key, *packet == FlvPacket::frame ? composition_ms : 0, reader.rest()};
}

Result<FlvBody> read_flv_audio(Bytes body) {
  ByteReader reader(body);
  const uint8_t first = reader.u8();
  if (auto read = reader.finish(); !read) return read.error();
  if (first >> 4 == kExtendedAudio) return read_extended(reader, FrameKind::audio, first & 0x0f, true);
  const Codec* codec = find_codec(FrameKind::audio, first >> 4);
  if (codec == nullptr) return kUnknownCodec;
  const auto packet = packet_of(reader.u8());
  if (auto read = reader.finish(); !read) return read.error();
  if (!packet) return packet.error();
  return FlvBody{codec, *packet, true, 0, reader.rest()};
}

void write_flv_prefix(ByteWriter& out, const Codec& codec, FlvPacket packet, bool key,
                      int64_t composition_ms) {
  check(packet != FlvPacket::aside, "only what can be decoded is written");
  const uint64_t type = packet == FlvPacket::config ? 0 : packet == FlvPacket::frame ? 1 : 2;
  const bool video = codec.kind == FrameKind::video;
  const uint64_t frame_type = key ? kKeyFrame : kInterFrame;
  if (codec.flv_id != 0) {
    out.u8(video ? frame_type << 4 | codec.flv_id : uint64_t{codec.flv_id} << 4 | kSoundFlags).u8(type);
    if (video) out.u24(static_cast<uint64_t>(composition_ms) & 0xffffff);
    return;
  }
  out.u8(video ? kExtendedVideo | frame_type << 4 | type : uint64_t{kExtendedAudio} << 4 | type);
  out.u32(codec.fourcc);
  if (packet == FlvPacket::frame && codec.reorders) out.u24(static_cast<uint64_t>(composition_ms) & 0xffffff);
}

std::string flv_codec_name(bool video, Bytes body) {
  ByteReader reader(body);
  const uint8_t first = reader.u8();
  const bool extended = video ? (first & kExtendedVideo) != 0 : first >> 4 == kExtendedAudio;
  if (extended) {
    (void)read_modifiers(reader, first & 0x0f);
    return fourcc_name(reader);
  }
  const uint8_t id = video ? first & 0x0f : first >> 4;
  const std::string_view name = video ? video_name(id) : audio_name(id);
  return name.empty() ? fmt::format("codec {}", id) : std::string(name);
}

}  // namespace vitrine
