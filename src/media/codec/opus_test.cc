#include "media/codec/opus.h"

#include <gtest/gtest.h>

#include "media/codec/codecs.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

SharedBytes shared(std::vector<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
}

// "OpusHead", version 1, two channels, pre-skip 312, 44,100 Hz, no gain, mapping family 0.
const auto kHead = hex("4f70757348656164 01 02 3801 44ac0000 0000 00");

TEST(Opus, TheHeadTellsChannelsAndTheRateIsAlways48000) {
  const auto track = kOpus.read_config(shared(kHead));
  ASSERT_TRUE(track);
  EXPECT_EQ(track->codec, &kOpus);
  EXPECT_EQ(track->channels, 2);
  EXPECT_EQ(track->sample_rate, 48'000);
  EXPECT_EQ(kOpus.rfc6381(*track), "opus");
}

TEST(Opus, EveryTruncationAndAnotherHeadAreRefused) {
  for (size_t size = 0; size < kHead.size(); ++size)
    EXPECT_FALSE(kOpus.read_config(shared({kHead.begin(), kHead.begin() + static_cast<ptrdiff_t>(size)})));
  auto other = kHead;
  other[4] = 'T';  // "OpusTags" begins alike
  EXPECT_EQ(kOpus.read_config(shared(other)).error().reason, "opus.config");
  auto silent = kHead;
  silent[9] = 0;
  EXPECT_EQ(kOpus.read_config(shared(silent)).error().reason, "opus.config");
}

TEST(Opus, APacketSaysHowLongItIs) {
  EXPECT_EQ(*read_opus_samples(hex("fc ff")), 960) << "CELT, 20 ms, one frame";
  EXPECT_EQ(*read_opus_samples(hex("e0 ff")), 120) << "CELT, 2.5 ms";
  EXPECT_EQ(*read_opus_samples(hex("18 ff")), 2'880) << "SILK, 60 ms";
  EXPECT_EQ(*read_opus_samples(hex("f9 ff")), 1'920) << "two frames of 20 ms";
  EXPECT_EQ(*read_opus_samples(hex("fb 06 ff")), 5'760) << "six of them: 120 ms, the most";
}

TEST(Opus, NoFramesOrTooManyAreNoPacket) {
  EXPECT_EQ(read_opus_samples({}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_opus_samples(hex("fb")).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_opus_samples(hex("fb 00")).error().reason, "opus.packet");
  EXPECT_EQ(read_opus_samples(hex("fb 07")).error().reason, "opus.packet");
}

// What DESIGN asks of another codec: containers and protocols find it here and name none.
TEST(Codecs, EachIsFoundByTheNamesContainersKnow) {
  for (const Codec* codec : all_codecs()) {
    EXPECT_EQ(find_codec_by_fourcc(codec->kind, codec->fourcc), codec) << codec->name;
    if (codec->flv_id != 0) EXPECT_EQ(find_codec(codec->kind, codec->flv_id), codec) << codec->name;
  }
  EXPECT_EQ(find_codec_by_fourcc(FrameKind::audio, fourcc("Opus")), &kOpus);
  EXPECT_EQ(find_codec_by_fourcc(FrameKind::video, fourcc("Opus")), nullptr);
  EXPECT_EQ(find_codec(FrameKind::video, 2), nullptr) << "Sorenson";
  EXPECT_EQ(find_codec(FrameKind::audio, 0), nullptr) << "PCM, not a codec without a number";
}

}  // namespace
}  // namespace vitrine
