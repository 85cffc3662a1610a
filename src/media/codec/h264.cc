#include "media/codec/h264.h"

#include <fmt/format.h>

#include "media/codec/nal_units.h"
#include "wire/bit_reader.h"

namespace vitrine {
namespace {

constexpr int kSideMax = 16'384;   // pixels; level 6.2 ends at 8,192 x 4,320
constexpr int kPocCycleMax = 255;  // H.264 7.4.2.1.1
constexpr int kFpsMilliMax = 1'000'000;

constexpr uint8_t kNalIdr = 5;
constexpr uint8_t kNalSps = 7;
constexpr uint8_t kNalPps = 8;

constexpr Error kBadSps{ErrorKind::invalid_input, "h264.sps"};

bool has_chroma_fields(uint32_t profile) {  // H.264 7.3.2.1.1
  switch (profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135:
      return true;
    default:
      return false;
  }
}

void skip_scaling_list(BitReader& bits, int size) {  // H.264 7.3.2.1.1.1
  int last = 8;
  int next = 8;
  for (int at = 0; at < size; ++at) {
    if (next != 0) next = (last + bits.se()) & 0xff;
    last = next == 0 ? last : next;
  }
}

// Returns chroma_format_idc, 0 for separate planes (ChromaArrayType).
uint32_t read_chroma_fields(BitReader& bits) {
  const uint32_t format = bits.ue();
  const bool separate_planes = format == 3 && bits.flag();
  bits.ue();     // bit_depth_luma_minus8
  bits.ue();     // bit_depth_chroma_minus8
  bits.skip(1);  // qpprime_y_zero_transform_bypass_flag
  if (bits.flag()) {
    const int lists = format == 3 ? 12 : 8;
    for (int list = 0; list < lists; ++list)
      if (bits.flag()) skip_scaling_list(bits, list < 6 ? 16 : 64);
  }
  return separate_planes ? 0 : format;
}

Result<void> skip_picture_order(BitReader& bits) {
  const uint32_t type = bits.ue();
  if (type > 2) return kBadSps;
  if (type == 0) bits.ue();
  if (type != 1) return {};
  bits.skip(1);
  bits.se();
  bits.se();
  const uint32_t cycle = bits.ue();
  if (cycle > kPocCycleMax) return kBadSps;
  for (uint32_t at = 0; at < cycle; ++at) bits.se();
  return {};
}

// The frame rate of the VUI (E.1.1), 0 when it has none or bits run out before it.
int read_vui_fps(BitReader& bits) {
  constexpr uint32_t kExtendedSar = 255;
  if (bits.flag() && bits.bits(8) == kExtendedSar) bits.skip(32);
  if (bits.flag()) bits.skip(1);  // overscan
  if (bits.flag()) {              // video signal type
    bits.skip(4);
    if (bits.flag()) bits.skip(24);
  }
  if (bits.flag()) {  // chroma location
    bits.ue();
    bits.ue();
  }
  if (!bits.flag()) return 0;
  const uint64_t units_in_tick = bits.bits(32);
  const uint64_t time_scale = bits.bits(32);
  if (!bits.finish() || units_in_tick == 0) return 0;
  const uint64_t fps_milli = time_scale * 1'000 / (units_in_tick * 2);  // a frame has two fields
  return fps_milli <= kFpsMilliMax ? static_cast<int>(fps_milli) : 0;
}

Result<TrackConfig> read_h264_track(SharedBytes config) {
  const auto record = read_avc_config(*config);
  if (!record) return record.error();
  const auto sps = read_sps(record->sps.front());
  if (!sps) return sps.error();
  return TrackConfig{.codec = &kH264,
                     .config = std::move(config),
                     .width = sps->width,
                     .height = sps->height,
                     .fps_milli = sps->fps_milli};
}

Result<PayloadFacts> read_h264_payload(const TrackConfig& track, Bytes sent) {
  const int nal_length_bytes = ((*track.config)[4] & 3) + 1;
  const auto nals = read_nals(sent, nal_length_bytes);
  if (!nals) return nals.error();
  return PayloadFacts{.payload = sent, .key = nals->idr};
}

std::string h264_rfc6381(const TrackConfig& track) {  // RFC 6381 3.3: profile, constraints, level
  const Bytes record = *track.config;
  return fmt::format("avc1.{:02x}{:02x}{:02x}", record[1], record[2], record[3]);
}

}  // namespace

constexpr Codec kH264{.kind = FrameKind::video,
                      .name = "h264",
                      .fourcc = fourcc("avc1"),
                      .flv_id = 7,
                      .reorders = true,
                      .read_config = &read_h264_track,
                      .read_payload = &read_h264_payload,
                      .rfc6381 = &h264_rfc6381};

Result<AvcConfig> read_avc_config(Bytes config) {
  ByteReader reader(config);
  AvcConfig out;
  const uint8_t version = reader.u8();
  out.profile = reader.u8();
  out.compatibility = reader.u8();
  out.level = reader.u8();
  out.nal_length_bytes = (reader.u8() & 3) + 1;
  const int sps_count = reader.u8() & 0x1f;
  for (int at = 0; at < sps_count; ++at) out.sps.push_back(reader.bytes(reader.u16()));
  const int pps_count = reader.u8();
  for (int at = 0; at < pps_count && !reader.failed(); ++at) out.pps.push_back(reader.bytes(reader.u16()));
  // What follows for profiles 100 and up (chroma format, bit depths) is also in the SPS.
  if (auto read = reader.finish(); !read) return read.error();
  const bool good = version == 1 && out.nal_length_bytes != 3 && !out.sps.empty() && !out.pps.empty();
  if (!good) return Error{ErrorKind::invalid_input, "h264.config"};
  return out;
}

Result<SpsInfo> read_sps(Bytes nal) {
  if (nal.empty()) return Error{ErrorKind::truncated, "wire.truncated"};
  if ((nal[0] & 0x1f) != kNalSps) return kBadSps;
  const auto rbsp = unescaped(nal.subspan(1));
  BitReader bits(rbsp);
  const uint32_t profile = bits.bits(8);
  bits.skip(16);  // constraint flags, level_idc
  bits.ue();      // seq_parameter_set_id
  const uint32_t chroma = has_chroma_fields(profile) ? read_chroma_fields(bits) : 1;
  if (chroma > 3) return kBadSps;
  bits.ue();  // log2_max_frame_num_minus4
  if (auto order = skip_picture_order(bits); !order) return order.error();
  bits.ue();     // max_num_ref_frames
  bits.skip(1);  // gaps_in_frame_num_value_allowed_flag
  const uint64_t width_mbs = uint64_t{bits.ue()} + 1;
  const uint64_t height_units = uint64_t{bits.ue()} + 1;
  const bool frames_only = bits.flag();
  if (!frames_only) bits.skip(1);  // mb_adaptive_frame_field_flag
  bits.skip(1);                    // direct_8x8_inference_flag
  const int64_t field_factor = frames_only ? 1 : 2;
  int64_t width = static_cast<int64_t>(width_mbs) * 16;
  int64_t height = static_cast<int64_t>(height_units) * 16 * field_factor;
  if (bits.flag()) {  // cropping, in units of chroma samples (7-19 to 7-22)
    const int64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    const int64_t unit_y = (chroma == 1 ? 2 : 1) * field_factor;
    const int64_t left = bits.ue();
    const int64_t right = bits.ue();
    const int64_t top = bits.ue();
    const int64_t bottom = bits.ue();
    width -= (left + right) * unit_x;
    height -= (top + bottom) * unit_y;
  }
  const bool has_vui = bits.flag();
  if (auto read = bits.finish(); !read) return read.error();
  if (width <= 0 || height <= 0 || width > kSideMax || height > kSideMax) return kBadSps;
  return SpsInfo{static_cast<int>(width), static_cast<int>(height), has_vui ? read_vui_fps(bits) : 0};
}

Result<NalSummary> read_nals(Bytes payload, int nal_length_bytes) {
  ByteReader reader(payload);
  NalSummary out;
  while (reader.left() > 0) {
    const auto nal = next_nal(reader, nal_length_bytes);
    if (!nal) return nal.error();
    if (nal->empty()) continue;  // some encoders pad with empty units; decoders pass over them
    const uint8_t type = (*nal)[0] & 0x1f;
    ++out.count;
    out.idr = out.idr || type == kNalIdr;
    out.parameters = out.parameters || type == kNalSps || type == kNalPps;
  }
  if (out.count == 0) return Error{ErrorKind::invalid_input, "h264.nal"};
  return out;
}

}  // namespace vitrine
