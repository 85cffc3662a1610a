#include "media/codec/aac.h"

#include <gtest/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

TEST(AacConfig, LowComplexityStereoAt44100) {
  const auto config = read_aac_config(hex("1210"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->object_type, 2);
  EXPECT_EQ(config->sample_rate, 44'100);
  EXPECT_EQ(config->channels, 2);
}

// FFmpeg appends a "sync extension" that says there is no SBR; what is before it counts.
TEST(AacConfig, FfmpegsSyncExtensionChangesNothing) {
  const auto config = read_aac_config(hex("121056e500"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sample_rate, 44'100);
}

// HE-AAC v2 as phones send it: coded as 24 kHz mono, heard as 48 kHz stereo.
TEST(AacConfig, ParametricStereoIsHeardAsTwoChannelsAtTwiceTheRate) {
  const auto config = read_aac_config(hex("eb098800"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->object_type, 29);
  EXPECT_EQ(config->sample_rate, 48'000);
  EXPECT_EQ(config->channels, 2);
}

TEST(AacConfig, AnExplicitRateOf24Bits) {
  const auto config = read_aac_config(hex("17 80 57 62 08"));  // 15, then 44,740 Hz, one channel
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sample_rate, 44'740);
  EXPECT_EQ(config->channels, 1);
}

TEST(AacConfig, TruncationReservedRatesAndOtherCodecsAreRefused) {
  EXPECT_EQ(read_aac_config({}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_aac_config(hex("12")).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_aac_config(hex("1690")).error().reason, "aac.config");       // rate index 13
  EXPECT_EQ(read_aac_config(hex("4210")).error().reason, "aac.object_type");  // 8, CELP
}

TEST(Aac, TheTrackKnowsRateChannelsAndItsCodecsString) {
  const auto track = kAac.read_config(std::make_shared<const std::vector<uint8_t>>(hex("1190")));
  ASSERT_TRUE(track);
  EXPECT_EQ(track->sample_rate, 48'000);
  EXPECT_EQ(track->channels, 2);
  EXPECT_EQ(kAac.rfc6381(*track), "mp4a.40.2");
}

}  // namespace
}  // namespace vitrine
