#include "media/container/flv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/codec/opus.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

SharedBytes shared(std::vector<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
}

std::vector<uint8_t> flat(const Slab& slab) {
  std::vector<uint8_t> out;
  for (const Bytes part : {slab.head(), slab.payload(), slab.tail()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

TrackConfigPtr track_of(const Codec& codec, std::vector<uint8_t> config = hex("1210")) {
  TrackConfig track{.codec = &codec, .config = shared(std::move(config))};
  track.width = 720;
  track.height = 1280;
  track.fps_milli = 29'970;
  track.sample_rate = 44'100;
  track.channels = 2;
  return std::make_shared<const TrackConfig>(track);
}

Frame frame_of(const Codec& codec, int64_t dts, int64_t pts, bool key, std::vector<uint8_t> payload) {
  return Frame{track_of(codec), key, dts, pts, shared(std::move(payload)), MonotonicTime{Microseconds(77)}};
}

TEST(FlvHeader, NineBytesAndAZeroTagSize) {
  EXPECT_EQ(*write_flv_header({.has_audio = true, .has_video = true}), hex("464c5601 05 00000009 00000000"));
  const auto bytes = hex("464c5601 01 00000009 00000000");
  ByteReader reader(bytes);
  const auto header = read_flv_header(reader);
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->has_audio);
  EXPECT_TRUE(header->has_video);
}

TEST(FlvHeader, AnotherFileOrATruncatedOneIsRefused) {
  const auto good = hex("464c5601 05 00000009 00000000");
  for (size_t size = 0; size < good.size(); ++size) {
    ByteReader reader(Bytes(good).first(size));
    EXPECT_FALSE(read_flv_header(reader)) << size;
  }
  const auto other = hex("464c4601 05 00000009 00000000");
  ByteReader reader(other);
  EXPECT_EQ(read_flv_header(reader).error().reason, "flv.signature");
}

// A stream live for more than 4 h 39 min (2^24 ms) shows whether the time bytes are joined the right way
// round.
TEST(FlvTag, TimeBeyond24BitsPutsTheExtendedByteOnTop) {
  const auto bytes = hex("09 000001  000005 01  000000  17 0000000c");
  ByteReader reader(bytes);
  const auto tag = read_flv_tag(reader);
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->dts_ms, 0x01000005u);
}

TEST(FlvTag, EveryTruncationAndUnknownTypesAreRefused) {
  const auto good = hex("08 000002 000005 00 000000 af01 0000000d");
  for (size_t size = 0; size < good.size(); ++size) {
    ByteReader reader(Bytes(good).first(size));
    EXPECT_EQ(read_flv_tag(reader).error().kind, ErrorKind::truncated) << size;
  }
  const auto other = hex("0a 000000 000005 00 000000 0000000b");
  ByteReader reader(other);
  EXPECT_EQ(read_flv_tag(reader).error().reason, "flv.tag_type");
}

TEST(FlvBody, TellsConfigurationFrameAndEnd) {
  const auto config = read_flv_video(hex("17 00 000000 0164001f"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->codec, &kH264);
  EXPECT_EQ(config->packet, FlvPacket::config);
  EXPECT_EQ(config->data.size(), 4u);
  const auto frame = read_flv_video(hex("27 01 ffffd8 00000001 41"));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->packet, FlvPacket::frame);
  EXPECT_FALSE(frame->key);
  EXPECT_EQ(frame->composition_ms, -40);
  EXPECT_EQ(read_flv_video(hex("17 02 000000"))->packet, FlvPacket::end);
  EXPECT_EQ(read_flv_audio(hex("af 01 2112"))->codec, &kAac);
}

TEST(FlvBody, OtherCodecsAreUnsupportedAndShortOnesTruncated) {
  EXPECT_EQ(read_flv_video(hex("22 00")).error().reason, "flv.codec");        // Sorenson
  EXPECT_EQ(read_flv_video(hex("90 61763031")).error().reason, "flv.codec");  // Enhanced RTMP, av01
  EXPECT_EQ(read_flv_audio(hex("2f ffff")).error().reason, "flv.codec");      // MP3
  EXPECT_EQ(read_flv_video(hex("17 03 000000")).error().reason, "flv.packet");
  EXPECT_EQ(read_flv_video(hex("57 00"))->packet, FlvPacket::aside) << "a server's seek mark";
  EXPECT_EQ(read_flv_video(hex("17 01 0000")).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_flv_video({}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_flv_audio(hex("af")).error().kind, ErrorKind::truncated);
}

TEST(FlvBody, EnhancedRtmpNamesCodecsByFourCc) {
  const auto config = read_flv_video(hex("90 61766331 0164001f"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->codec, &kH264);
  EXPECT_EQ(config->packet, FlvPacket::config);
  EXPECT_EQ(config->data.size(), 4u);
  const auto coded = read_flv_video(hex("a1 61766331 ffffd8 00000001 41"));
  ASSERT_TRUE(coded);
  EXPECT_FALSE(coded->key);
  EXPECT_EQ(coded->composition_ms, -40);
  EXPECT_EQ(coded->data.size(), 5u);
  const auto coded_x = read_flv_video(hex("93 61766331 00000001 65"));
  ASSERT_TRUE(coded_x);
  EXPECT_TRUE(coded_x->key);
  EXPECT_EQ(coded_x->composition_ms, 0);
  EXPECT_EQ(coded_x->data.size(), 5u);
  EXPECT_EQ(read_flv_video(hex("92 61766331"))->packet, FlvPacket::end);
  EXPECT_EQ(read_flv_video(hex("94 61766331 02"))->packet, FlvPacket::aside);
  EXPECT_EQ(read_flv_audio(hex("91 6d703461 2112"))->codec, &kAac);
  EXPECT_EQ(read_flv_audio(hex("91 4f707573 fc01"))->codec, &kOpus);
  EXPECT_EQ(read_flv_audio(hex("94 4f707573 00"))->packet, FlvPacket::aside);
}

TEST(FlvBody, ModifiersAreReadOver) {
  // A nanosecond offset of three bytes, then CodedFramesX.
  const auto body = read_flv_video(hex("97 02 0f4240 03 61766331 00000001 65"));
  ASSERT_TRUE(body);
  EXPECT_EQ(body->packet, FlvPacket::frame);
  EXPECT_EQ(body->data.size(), 5u);
  std::string endless = "97";
  for (int at = 0; at < 20; ++at) endless += "00 ff 07";
  EXPECT_EQ(read_flv_video(hex(endless)).error().reason, "flv.packet");
  EXPECT_EQ(read_flv_video(hex("97 ff ffff 00")).error().kind, ErrorKind::truncated);
}

TEST(FlvBody, SeveralTracksInOneMessageAreRefused) {
  EXPECT_EQ(read_flv_video(hex("96 10 61766331 00")).error().reason, "flv.multitrack");
  EXPECT_EQ(read_flv_audio(hex("95 00 6d703461 00")).error().reason, "flv.multitrack");
}

TEST(FlvBody, WhatIsRefusedIsNamed) {
  EXPECT_EQ(flv_codec_name(true, hex("90 68766331")), "HEVC (hvc1)");
  EXPECT_EQ(flv_codec_name(true, hex("97 02 0f4240 01 61763031")), "AV1 (av01)");
  EXPECT_EQ(flv_codec_name(true, hex("1c 00")), "HEVC (codec 12)");
  EXPECT_EQ(flv_codec_name(true, hex("22")), "Sorenson H.263");
  EXPECT_EQ(flv_codec_name(false, hex("2f")), "MP3");
  EXPECT_EQ(flv_codec_name(false, hex("91 01ff4142")), "??AB");
  EXPECT_EQ(flv_codec_name(true, {}), "codec 0");
}

// A codec FLV 10.1 has no number for goes out in Enhanced RTMP's form.
TEST(FlvSlab, OpusIsWrittenByItsFourCc) {
  const Slab frame = flv_frame_slab(frame_of(kOpus, 9'000, 9'000, true, hex("fc01")), 0);
  EXPECT_EQ(flat(frame), hex("08 000007 000064 00 000000  91 4f707573  fc01  00000012"));
  EXPECT_EQ(flat(flv_config_slab(*track_of(kOpus, hex("4f70")), 0)),
            hex("08 000007 000000 00 000000  90 4f707573  4f70  00000012"));
}

TEST(FlvSlab, AKeyFrameIsItsHeadItsOwnPayloadAndItsTail) {
  const auto frame = frame_of(kH264, 90'000, 97'200, true, hex("00000002 65aa"));
  const Slab slab = flv_frame_slab(frame, 0);
  EXPECT_EQ(flat(slab), hex("09 00000b 0003e8 00 000000  17 01 000050  00000002 65aa  00000016"));
  EXPECT_EQ(slab.payload().data(), frame.payload->data()) << "the payload is shared, not copied";
  EXPECT_TRUE(slab.join_point);
  EXPECT_EQ(slab.born_us, 77);
}

TEST(FlvSlab, AudioHasATwoBytePrefixAndIsNoPlaceToJoin) {
  const Slab slab = flv_frame_slab(frame_of(kAac, 9'000, 9'000, true, hex("2112")), 4'500);
  EXPECT_EQ(flat(slab), hex("08 000004 000032 00 000000  af 01  2112  0000000f"));
  EXPECT_FALSE(slab.join_point);
}

TEST(FlvSlab, ConfigurationsAreSequenceHeaders) {
  EXPECT_EQ(flat(flv_config_slab(*track_of(kH264, hex("0164")), 0x12345678)),
            hex("09 000007 345678 12 000000  17 00 000000 0164  00000012"));
  EXPECT_EQ(flat(flv_config_slab(*track_of(kAac), 0)),
            hex("08 000004 000000 00 000000  af 00 1210  0000000f"));
}

TEST(FlvMetadata, SaysSizesAndWhichMediaTimeTheFirstTagHas) {
  const auto video = track_of(kH264);
  const auto audio = track_of(kAac);
  const auto bytes = flat(flv_metadata_slab(video.get(), audio.get(), MediaTime{3, 123'456'789}, 0));
  ByteReader reader(bytes);
  const auto tag = read_flv_tag(reader);
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->type, FlvTagType::script);
  EXPECT_EQ(reader.left(), 0u);
  const auto data = read_flv_metadata(tag->body);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->number("width"), 720);
  EXPECT_EQ(data->number("framerate"), 29.97);
  EXPECT_EQ(data->number("videocodecid"), 7);
  EXPECT_EQ(data->number("audiocodecid"), 10);
  EXPECT_EQ(data->number("vitrineEpoch"), 3);
  EXPECT_EQ(data->number("vitrineFirstDts"), 123'456'789);
}

TEST(FlvMetadata, AnAudioOnlyStreamNamesNoPicture) {
  const auto audio = track_of(kAac);
  const auto bytes = flat(flv_metadata_slab(nullptr, audio.get(), {}, 0));
  ByteReader reader(bytes);
  const auto data = read_flv_metadata(read_flv_tag(reader)->body);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->find("width"), nullptr);
  EXPECT_EQ(data->find("videocodecid"), nullptr);
}

RC_GTEST_PROP(FlvRoundTrip, AFrameWrittenReadsBackTheSame, ()) {
  const bool video = *rc::gen::arbitrary<bool>();
  const int64_t origin = *rc::gen::inRange<int64_t>(0, 1'000'000'000'000);
  const int64_t dts_ms = *rc::gen::inRange<int64_t>(0, 0xffffffff);
  const int64_t offset_ms = video ? *rc::gen::inRange<int64_t>(-1'000, 1'000) : 0;
  const auto payload = *rc::gen::arbitrary<std::vector<uint8_t>>();
  const auto frame =
      frame_of(video ? kH264 : kAac, origin + dts_ms * kTicksPerMs,
               origin + (dts_ms + offset_ms) * kTicksPerMs, !video || *rc::gen::arbitrary<bool>(), payload);
  const auto bytes = flat(flv_frame_slab(frame, origin));
  ByteReader reader(bytes);
  const auto tag = read_flv_tag(reader);
  RC_ASSERT(tag.ok());
  RC_ASSERT(tag->dts_ms == static_cast<uint32_t>(dts_ms));
  const auto body = video ? read_flv_video(tag->body) : read_flv_audio(tag->body);
  RC_ASSERT(body.ok());
  RC_ASSERT(body->composition_ms == static_cast<int32_t>(offset_ms));
  RC_ASSERT(body->key == frame.key);
  RC_ASSERT(std::equal(body->data.begin(), body->data.end(), payload.begin(), payload.end()));
}

}  // namespace
}  // namespace vitrine
