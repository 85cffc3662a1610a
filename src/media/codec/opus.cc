#include "media/codec/opus.h"

#include "wire/byte_reader.h"

namespace vitrine {
namespace {

constexpr std::string_view kMagic = "OpusHead";
constexpr size_t kOpusPacketMax = 61'440;  // bytes: 48 frames of 1,275 and their lengths
constexpr int kOpusSamplesMax = 5'760;     // 120 ms
constexpr int kFramesMax = 48;

// RFC 7845, 5.1. The channel mapping behind it is the decoder's to read.
Result<TrackConfig> read_opus_track(SharedBytes config) {
  ByteReader reader(*config);
  const Bytes magic = reader.bytes(kMagic.size());
  const uint8_t version = reader.u8();
  const int channels = reader.u8();
  reader.skip(2 + 4 + 2 + 1);  // pre-skip, input sample rate, gain, mapping family
  if (auto read = reader.finish(); !read) return read.error();
  const bool good = as_text(magic) == kMagic && (version & 0xf0) == 0 && channels > 0;
  if (!good) return Error{ErrorKind::invalid_input, "opus.config"};
  return TrackConfig{
      .codec = &kOpus, .config = std::move(config), .sample_rate = kOpusRate, .channels = channels};
}

Result<PayloadFacts> read_opus_payload(const TrackConfig&, Bytes sent) {
  if (sent.size() > kOpusPacketMax) return Error{ErrorKind::too_large, "opus.packet"};
  if (auto samples = read_opus_samples(sent); !samples) return samples.error();
  return PayloadFacts{.payload = sent, .key = true};
}

std::string opus_rfc6381(const TrackConfig&) {
  return "opus";
}

// Samples of one frame at 48 kHz (RFC 6716, table 2).
int frame_samples(int config) {
  if (config < 12) {  // SILK: 10, 20, 40, 60 ms
    constexpr int kSilk[] = {480, 960, 1'920, 2'880};
    return kSilk[config & 3];
  }
  if (config < 16) return (config & 1) != 0 ? 960 : 480;  // hybrid
  return 120 << (config & 3);                             // CELT: 2.5, 5, 10, 20 ms
}

}  // namespace

constexpr Codec kOpus{.kind = FrameKind::audio,
                      .name = "opus",
                      .fourcc = fourcc("Opus"),
                      .flv_id = 0,
                      .reorders = false,
                      .read_config = &read_opus_track,
                      .read_payload = &read_opus_payload,
                      .rfc6381 = &opus_rfc6381};

Result<int> read_opus_samples(Bytes packet) {
  ByteReader reader(packet);
  const int toc = reader.u8();
  const int code = toc & 3;
  const int frames = code == 0 ? 1 : code == 3 ? reader.u8() & 0x3f : 2;
  if (auto read = reader.finish(); !read) return read.error();
  const int samples = frames * frame_samples(toc >> 3);
  if (frames == 0 || frames > kFramesMax || samples > kOpusSamplesMax)
    return Error{ErrorKind::invalid_input, "opus.packet"};
  return samples;
}

}  // namespace vitrine
