#include "media/codec/h264.h"

#include <gtest/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

// What FFmpeg 5.1 and x264 write for 720x1280 at 30 frames/s, High profile, level 3.1.
const auto kRecord =
    hex("01 64 00 1f ff e1 001a 6764001facd940b40a1b0110000003001000000303c0f1831960"
        " 01 0004 68ef8fcb fd f8 f8 00");

SharedBytes shared(std::vector<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
}

TEST(AvcConfig, ReadsTheParameterSetsOfARealEncoder) {
  const auto config = read_avc_config(kRecord);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->profile, 100);
  EXPECT_EQ(config->level, 31);
  EXPECT_EQ(config->nal_length_bytes, 4);
  ASSERT_EQ(config->sps.size(), 1u);
  EXPECT_EQ(config->sps[0].size(), 26u);
  ASSERT_EQ(config->pps.size(), 1u);
  EXPECT_EQ(config->pps[0].size(), 4u);
}

TEST(AvcConfig, EveryTruncationBeforeTheEndOfThePpsIsAnError) {
  const size_t whole = 6 + 2 + 26 + 1 + 2 + 4;
  for (size_t size = 0; size < whole; ++size)
    EXPECT_FALSE(read_avc_config(Bytes(kRecord).first(size))) << size << " bytes";
  EXPECT_TRUE(read_avc_config(Bytes(kRecord).first(whole)));
}

TEST(AvcConfig, ThreeByteNalLengthsAndMissingSetsAreRefused) {
  auto odd = kRecord;
  odd[4] = 0xfe;
  EXPECT_EQ(read_avc_config(odd).error().reason, "h264.config");
  EXPECT_EQ(read_avc_config(hex("01 64 00 1f ff e0 00")).error().reason, "h264.config");
}

TEST(Sps, PortraitPictureWithTiming) {
  const auto config = read_avc_config(kRecord);
  const auto sps = read_sps(config->sps[0]);
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->width, 720);
  EXPECT_EQ(sps->height, 1280);
  EXPECT_EQ(sps->fps_milli, 30'000);
}

// 1080 is not a multiple of 16: without the cropping it would be 1088 lines.
TEST(Sps, CroppingMakes1080Lines) {
  const auto sps = read_sps(hex("6742c028da01e0089f97011000000300100000030320f1832a"));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->width, 1920);
  EXPECT_EQ(sps->height, 1080);
  EXPECT_EQ(sps->fps_milli, 25'000);
}

TEST(Sps, EveryTruncationIsAnErrorOrLosesOnlyTheTiming) {
  const auto sps = hex("6764001facd940b40a1b0110000003001000000303c0f1831960");
  for (size_t size = 0; size < sps.size(); ++size) {
    const auto read = read_sps(Bytes(sps).first(size));
    if (read) {
      EXPECT_EQ(read->width, 720) << size;
    }
  }
}

TEST(Sps, AnotherNalOrAnImpossibleSizeIsRefused) {
  EXPECT_EQ(read_sps(hex("68ef8fcb")).error().reason, "h264.sps");
  // Constrained baseline with pic_width_in_mbs of 2^31: an Exp-Golomb prefix of 31 zeros.
  EXPECT_FALSE(read_sps(hex("67 42 c0 1f f8 00000001 00000000 ffff")));
}

// What a hostile encoder may write where sizes and counts stand; each must be refused, none may be believed.
TEST(Sps, HostileValuesAreRefused) {
  const auto refused = [](std::string_view nal) { return !read_sps(hex(nal)); };
  EXPECT_TRUE(refused("67 42c01f f0 00000000000000000000")) << "a prefix without an end";
  EXPECT_TRUE(refused("67 64001f 8000 00000000 ffffffff")) << "chroma_format_idc past 3";
  EXPECT_TRUE(refused("67 42c01f 84 00010000 00")) << "65,536 pictures in an order cycle";
  EXPECT_TRUE(refused("67 42c01f f8 0002000004 000080 ff")) << "16,384 macroblocks a side";
  EXPECT_TRUE(refused("67"));
  EXPECT_TRUE(refused(""));
}

TEST(Nals, TellsAnIdrPictureFromAnOrdinaryOne) {
  const auto idr = read_nals(hex("00000002 0605 00000003 65aabb"), 4);
  ASSERT_TRUE(idr);
  EXPECT_EQ(idr->count, 2);
  EXPECT_TRUE(idr->idr);
  EXPECT_FALSE(idr->parameters);
  EXPECT_FALSE(read_nals(hex("0003 41aabb"), 2)->idr);
}

TEST(Nals, ALengthPastTheEndIsTruncatedAndNothingIsInvalid) {
  EXPECT_EQ(read_nals(hex("ffffffff 65"), 4).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_nals(hex("00000002 65aa 0000"), 4).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_nals(hex("00000000"), 4).error().reason, "h264.nal");
  EXPECT_EQ(read_nals({}, 4).error().reason, "h264.nal");
  EXPECT_EQ(read_nals(hex("00000000 00000002 65aa"), 4)->count, 1) << "an empty unit is passed over";
}

TEST(H264, TheTrackKnowsItsSizeAndItsCodecsString) {
  const auto track = kH264.read_config(shared(kRecord));
  ASSERT_TRUE(track);
  EXPECT_EQ(track->codec, &kH264);
  EXPECT_EQ(track->width, 720);
  EXPECT_EQ(track->fps_milli, 30'000);
  EXPECT_EQ(kH264.rfc6381(*track), "avc1.64001f");
}

}  // namespace
}  // namespace vitrine
