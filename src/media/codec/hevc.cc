#include "media/codec/hevc.h"

#include <fmt/format.h>

#include "media/codec/nal_units.h"
#include "wire/bit_reader.h"

namespace vitrine {
namespace {

constexpr int kSideMax = 16'384;  // pixels; level 6.2 ends at 8,192 x 4,320
constexpr size_t kRecordHead = 23;
constexpr size_t kNalHead = 2;
// H.265, table 7-1.
constexpr uint8_t kFirstIrap = 16;  // BLA, IDR, CRA and two that are reserved for the like
constexpr uint8_t kLastIrap = 23;
constexpr uint8_t kVps = 32;
constexpr uint8_t kSps = 33;
constexpr uint8_t kPps = 34;

constexpr Error kBadSps{ErrorKind::invalid_input, "hevc.sps"};

uint8_t type_of(Bytes nal) {
  return nal[0] >> 1 & 0x3f;
}

// H.265, 7.3.3, with the general profile present.
void skip_profile_tier_level(BitReader& bits, uint32_t sub_layers) {
  constexpr int kProfileBits = 88;
  constexpr int kLevelBits = 8;
  constexpr uint32_t kSubLayers = 8;
  bits.skip(kProfileBits + kLevelBits);
  uint32_t profiles = 0;
  uint32_t levels = 0;
  for (uint32_t at = 0; at < sub_layers; ++at) {
    profiles += bits.flag() ? 1 : 0;
    levels += bits.flag() ? 1 : 0;
  }
  if (sub_layers > 0) bits.skip(static_cast<int>(kSubLayers - sub_layers) * 2);
  bits.skip(static_cast<int>(profiles * kProfileBits + levels * kLevelBits));
}

Result<TrackConfig> read_hevc_track(SharedBytes config) {
  const auto record = read_hevc_config(*config);
  if (!record) return record.error();
  const auto sps = read_hevc_sps(record->sps);
  if (!sps) return sps.error();
  return TrackConfig{.codec = &kHevc,
                     .config = std::move(config),
                     .width = sps->width,
                     .height = sps->height,
                     .fps_milli = record->average_fps_milli};
}

Result<PayloadFacts> read_hevc_payload(const TrackConfig& track, Bytes sent) {
  const int nal_length_bytes = ((*track.config)[21] & 3) + 1;
  ByteReader reader(sent);
  int count = 0;
  bool key = false;
  while (reader.left() > 0) {
    const auto nal = next_nal(reader, nal_length_bytes);
    if (!nal) return nal.error();
    if (nal->empty()) continue;  // padding
    ++count;
    key = key || (type_of(*nal) >= kFirstIrap && type_of(*nal) <= kLastIrap);
  }
  if (count == 0) return Error{ErrorKind::invalid_input, "hevc.nal"};
  return PayloadFacts{.payload = sent, .key = key};
}

// ISO 14496-15, annex E.3: profile, the compatibility flags turned round, tier and level, constraints without
// the zeros at their end.
std::string hevc_rfc6381(const TrackConfig& track) {
  constexpr std::string_view kSpaces[] = {"", "A", "B", "C"};
  const Bytes record = *track.config;
  uint32_t flags = 0;
  for (size_t bit = 0; bit < 32; ++bit) flags |= (record[2 + bit / 8] >> (7 - bit % 8) & 1u) << bit;
  std::string out = fmt::format("hvc1.{}{}.{:X}.{}{}", kSpaces[record[1] >> 6], record[1] & 0x1f, flags,
                                (record[1] & 0x20) != 0 ? 'H' : 'L', record[12]);
  size_t last = 6;
  while (last > 0 && record[5 + last] == 0) --last;
  for (size_t at = 0; at < last; ++at) out += fmt::format(".{:X}", record[6 + at]);
  return out;
}

}  // namespace

constexpr Codec kHevc{.kind = FrameKind::video,
                      .name = "hevc",
                      .fourcc = fourcc("hvc1"),
                      .flv_id = 0,
                      .reorders = true,
                      .read_config = &read_hevc_track,
                      .read_payload = &read_hevc_payload,
                      .rfc6381 = &hevc_rfc6381};

Result<HevcConfig> read_hevc_config(Bytes config) {
  constexpr Error kWrong{ErrorKind::invalid_input, "hevc.config"};
  if (config.size() < kRecordHead) return Error{ErrorKind::truncated, "wire.truncated"};
  HevcConfig out;
  out.profile = config[1] & 0x1f;
  out.average_fps_milli = (config[19] << 8 | config[20]) * 1'000 / 256;
  out.nal_length_bytes = (config[21] & 3) + 1;
  ByteReader reader(config.subspan(kRecordHead - 1));
  const int arrays = reader.u8();
  bool vps = false;
  bool pps = false;
  for (int array = 0; array < arrays && !reader.failed(); ++array) {
    const uint8_t type = reader.u8() & 0x3f;
    const int units = reader.u16();
    for (int unit = 0; unit < units && !reader.failed(); ++unit) {
      const Bytes nal = reader.bytes(reader.u16());
      vps = vps || type == kVps;
      pps = pps || type == kPps;
      if (type == kSps && out.sps.empty()) out.sps = nal;
    }
  }
  if (auto read = reader.finish(); !read) return read.error();
  const bool good = config[0] == 1 && out.nal_length_bytes != 3 && vps && pps && !out.sps.empty();
  if (!good) return kWrong;
  return out;
}

Result<HevcSpsInfo> read_hevc_sps(Bytes nal) {
  if (nal.size() < kNalHead) return Error{ErrorKind::truncated, "wire.truncated"};
  if (type_of(nal) != kSps) return kBadSps;
  const auto rbsp = unescaped(nal.subspan(kNalHead));
  BitReader bits(rbsp);
  bits.skip(4);  // sps_video_parameter_set_id
  const uint32_t sub_layers = bits.bits(3);
  bits.skip(1);  // sps_temporal_id_nesting_flag
  if (sub_layers > 6) return kBadSps;
  skip_profile_tier_level(bits, sub_layers);
  bits.ue();  // sps_seq_parameter_set_id
  const uint32_t chroma = bits.ue();
  if (chroma > 3) return kBadSps;
  if (chroma == 3) bits.skip(1);  // separate_colour_plane_flag
  int64_t width = bits.ue();
  int64_t height = bits.ue();
  if (bits.flag()) {  // the conformance window, in units of chroma samples
    const int64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    const int64_t unit_y = chroma == 1 ? 2 : 1;
    const int64_t left = bits.ue();
    const int64_t right = bits.ue();
    const int64_t top = bits.ue();
    const int64_t bottom = bits.ue();
    width -= (left + right) * unit_x;
    height -= (top + bottom) * unit_y;
  }
  if (auto read = bits.finish(); !read) return read.error();
  if (width <= 0 || height <= 0 || width > kSideMax || height > kSideMax) return kBadSps;
  return HevcSpsInfo{static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace vitrine
