#include "media/codec/aac.h"

#include <fmt/format.h>

#include <array>

#include "wire/bit_reader.h"

namespace vitrine {
namespace {

constexpr std::array<int, 13> kRates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                     22'050, 16'000, 12'000, 11'025, 8'000,  7'350};
constexpr int kRateMax = 192'000;
constexpr size_t kAacPayloadMax = 8'191;  // bytes; ADTS's length field has 13 bits
constexpr size_t kAdtsHeadBytes = 7;      // 9 with a check sum

constexpr int kSbr = 5;
constexpr int kParametricStereo = 29;

int read_object_type(BitReader& bits) {
  const uint32_t type = bits.bits(5);
  return static_cast<int>(type == 31 ? 32 + bits.bits(6) : type);
}

// 0 for the reserved indices.
int read_rate(BitReader& bits) {
  const uint32_t index = bits.bits(4);
  if (index == 15) return static_cast<int>(bits.bits(24));
  return index < kRates.size() ? kRates[index] : 0;
}

Result<TrackConfig> read_aac_track(SharedBytes config) {
  const auto read = read_aac_config(*config);
  if (!read) return read.error();
  return TrackConfig{.codec = &kAac,
                     .config = std::move(config),
                     .sample_rate = read->sample_rate,
                     .channels = read->channels};
}

// 12 bits of ones (ISO 13818-7, 6.2). As a raw_data_block they would say "end" before any sound.
bool is_adts(Bytes sent) {
  return sent.size() >= kAdtsHeadBytes && sent[0] == 0xff && (sent[1] & 0xf6) == 0xf0;
}

// LOAS (ISO 14496-3, 1.7.2): 11 bits 0x2b7, then the length of the rest in 13.
bool is_latm(Bytes sent) {
  if (sent.size() < 3 || sent[0] != 0x56 || (sent[1] & 0xe0) != 0xe0) return false;
  return (static_cast<size_t>(sent[1] & 0x1f) << 8 | sent[2]) == sent.size() - 3;
}

// The one raw_data_block behind an ADTS head; some encoders leave the head on.
Result<Bytes> without_adts(Bytes sent) {
  const bool protected_by_crc = (sent[1] & 1) == 0;
  const size_t head_bytes = kAdtsHeadBytes + (protected_by_crc ? 2 : 0);
  const size_t frame_bytes = static_cast<size_t>(sent[3] & 3) << 11 | static_cast<size_t>(sent[4]) << 3 |
                             static_cast<size_t>(sent[5]) >> 5;
  const bool one_block = (sent[6] & 3) == 0;
  if (frame_bytes != sent.size() || frame_bytes <= head_bytes || !one_block)
    return Error{ErrorKind::invalid_input, "aac.adts"};
  return sent.subspan(head_bytes);
}

Result<PayloadFacts> read_aac_payload(const TrackConfig&, Bytes sent) {
  if (sent.empty()) return Error{ErrorKind::truncated, "wire.truncated"};
  if (sent.size() > kAacPayloadMax) return Error{ErrorKind::too_large, "aac.payload"};
  if (is_latm(sent)) return Error{ErrorKind::unsupported, "aac.latm"};
  if (!is_adts(sent)) return PayloadFacts{.payload = sent, .key = true};
  const auto block = without_adts(sent);
  if (!block) return block.error();
  return PayloadFacts{.payload = *block, .key = true};
}

std::string aac_rfc6381(const TrackConfig& track) {
  const auto read = read_aac_config(*track.config);
  return fmt::format("mp4a.40.{}", read ? read->object_type : 2);
}

}  // namespace

constexpr Codec kAac{.kind = FrameKind::audio,
                     .name = "aac",
                     .fourcc = fourcc("mp4a"),
                     .flv_id = 10,
                     .reorders = false,
                     .read_config = &read_aac_track,
                     .read_payload = &read_aac_payload,
                     .rfc6381 = &aac_rfc6381};

Result<AacConfig> read_aac_config(Bytes config) {
  BitReader bits(config);
  AacConfig out;
  out.object_type = read_object_type(bits);
  out.sample_rate = read_rate(bits);
  const auto channel_config = bits.bits(4);
  const bool banded = out.object_type == kSbr || out.object_type == kParametricStereo;
  int core_type = out.object_type;
  if (banded) {
    out.sample_rate = read_rate(bits);
    core_type = read_object_type(bits);
  }
  if (auto read = bits.finish(); !read) return read.error();
  const bool aac =
      (core_type >= 1 && core_type <= 4) || core_type == 17 || core_type == 23 || core_type == 39;
  if (!aac) return Error{ErrorKind::unsupported, "aac.object_type"};
  const bool good = out.sample_rate > 0 && out.sample_rate <= kRateMax && channel_config <= 7;
  if (!good) return Error{ErrorKind::invalid_input, "aac.config"};
  out.channels = channel_config == 7 ? 8 : static_cast<int>(channel_config);
  // Parametric stereo makes two channels of the one that is coded.
  if (out.object_type == kParametricStereo && out.channels == 1) out.channels = 2;
  return out;
}

}  // namespace vitrine
