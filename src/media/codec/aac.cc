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

Result<void> check_aac_payload(const TrackConfig&, Bytes payload) {
  if (payload.empty()) return Error{ErrorKind::truncated, "wire.truncated"};
  if (payload.size() > kAacPayloadMax) return Error{ErrorKind::too_large, "aac.payload"};
  return {};
}

std::string aac_rfc6381(const TrackConfig& track) {
  const auto read = read_aac_config(*track.config);
  return fmt::format("mp4a.40.{}", read ? read->object_type : 2);
}

}  // namespace

constexpr Codec kAac{FrameKind::audio, "aac", &read_aac_track, &check_aac_payload, &aac_rfc6381};

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
