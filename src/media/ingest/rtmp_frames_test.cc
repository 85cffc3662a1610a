#include "media/ingest/rtmp_frames.h"

#include <gtest/gtest.h>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/ingest/publisher_meter.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

constexpr const char* kConfig =
    "17 00 000000 01 64 00 1f ff e1 001a 6764001facd940b40a1b0110000003001000000303c0f1831960"
    " 01 0004 68ef8fcb fd f8 f8 00";

RtmpMedia video(uint32_t time_ms, std::string_view body) {
  return {true, time_ms, hex(body)};
}
RtmpMedia audio(uint32_t time_ms, std::string_view body) {
  return {false, time_ms, hex(body)};
}
std::string reason(const Result<std::optional<Frame>>& result) {
  return result ? "" : std::string(result.error().reason);
}

TEST(RtmpTimeline, GoesOnOverTheWrapAfter49Days) {
  RtmpTimeline line;
  EXPECT_EQ(line.unwrap_ms(0xfffffff0), 0xfffffff0);
  EXPECT_EQ(line.unwrap_ms(0x00000010), 0x100000010);
  EXPECT_EQ(line.unwrap_ms(0xfffffff8), 0xfffffff8) << "a late frame from before the wrap";
  EXPECT_EQ(line.unwrap_ms(0x00000020), 0x100000020);
  EXPECT_GE(line.wraps(), 1);
}

// Encoders that keep only 24 bits of their clock (4 h 39 min), or 31 (24.9 days, a signed number).
TEST(RtmpTimeline, ShortClocksThatBeginAgainGoOn) {
  for (const int64_t range : {int64_t{1} << 24, int64_t{1} << 31}) {
    RtmpTimeline line;
    const auto last = static_cast<uint32_t>(range - 10);
    EXPECT_EQ(line.unwrap_ms(last), range - 10);
    EXPECT_EQ(line.unwrap_ms(30), range + 30);
    EXPECT_EQ(line.unwrap_ms(last + 5), range - 5) << "a late frame from before";
    EXPECT_EQ(line.unwrap_ms(50), range + 50);
    EXPECT_EQ(line.wraps(), 1);
    EXPECT_EQ(line.unwrap_ms(90), range + 90);
  }
}

TEST(RtmpTimeline, PassingThoseBordersUnwrappedIsNothingSpecial) {
  for (const uint32_t border : {1u << 24, 1u << 31}) {
    RtmpTimeline line;
    EXPECT_EQ(line.unwrap_ms(border - 10), border - 10);
    EXPECT_EQ(line.unwrap_ms(border + 30), border + 30);
    EXPECT_EQ(line.wraps(), 0);
  }
}

TEST(RtmpTimeline, BackwardsIsBackwards) {
  RtmpTimeline line;
  line.unwrap_ms(5'000);
  EXPECT_EQ(line.unwrap_ms(0), 0);
  EXPECT_EQ(line.unwrap_ms(4'294'967'295u), -1);
}

TEST(RtmpFrames, TakesThePrefixOffAndTheOffsetOn) {
  RtmpFrames frames;
  EXPECT_FALSE(*frames.take(video(0, kConfig), {}));
  const auto frame = frames.take(video(40, "17 01 000050 00000002 65aa"), MonotonicTime{Microseconds(9)});
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ(*(*frame)->payload, hex("00000002 65aa"));
  EXPECT_EQ((*frame)->dts, 40 * kTicksPerMs);
  EXPECT_EQ((*frame)->pts, 120 * kTicksPerMs);
  EXPECT_TRUE((*frame)->key);
  EXPECT_EQ((*frame)->track->width, 720);
  EXPECT_EQ((*frame)->ingested.since_start.count(), 9);
}

TEST(RtmpFrames, VideoBeginsWithItsFirstKeyFrame) {
  RtmpFrames frames;
  (void)frames.take(video(0, kConfig), {});
  EXPECT_FALSE(*frames.take(video(0, "27 01 000000 00000002 41aa"), {}));
  EXPECT_TRUE(*frames.take(video(40, "17 01 000000 00000002 65aa"), {}));
  EXPECT_TRUE(*frames.take(video(80, "27 01 000000 00000002 41aa"), {}));
}

TEST(RtmpFrames, ARepeatedConfigurationIsNoChangeAndAnotherIs) {
  RtmpFrames frames;
  (void)frames.take(audio(0, "af 00 1210"), {});
  const auto first = frames.take(audio(0, "af 01 2112"), {});
  (void)frames.take(audio(0, "af 00 1210"), {});
  const auto same = frames.take(audio(23, "af 01 2112"), {});
  (void)frames.take(audio(0, "af 00 1190"), {});
  const auto other = frames.take(audio(46, "af 01 2112"), {});
  EXPECT_EQ((*first)->track, (*same)->track);
  EXPECT_NE((*first)->track, (*other)->track);
  EXPECT_EQ((*other)->track->sample_rate, 48'000);
}

TEST(RtmpFrames, BrokenMessagesCostThemselvesOnly) {
  RtmpFrames frames;
  EXPECT_EQ(reason(frames.take(video(0, "17 01 000000 00000002 65aa"), {})), "rtmp.no_track");
  EXPECT_EQ(reason(frames.take(video(0, "22 00"), {})), "flv.codec");
  EXPECT_EQ(reason(frames.take(video(0, "17 00 000000 01"), {})), "wire.truncated");
  (void)frames.take(video(0, kConfig), {});
  EXPECT_EQ(reason(frames.take(audio(0, "af 01 2112"), {})), "rtmp.no_track");
  (void)frames.take(audio(0, "af 00 1210"), {});
  EXPECT_EQ(reason(frames.take(audio(0, "af 01 56e002 2112"), {})), "aac.latm");
  EXPECT_EQ(reason(frames.take(audio(0, "af 01 fff15080 023ffc 2112"), {})), "aac.adts");
  EXPECT_EQ(reason(frames.take(video(0, "17 01 000000 000000ff 65aa"), {})), "wire.truncated");
  EXPECT_TRUE(*frames.take(video(40, "17 01 000000 00000002 65aa"), {}));
}

// Enhanced RTMP's form of the same codecs: what comes out is the same frame.
TEST(RtmpFrames, TheFourCcFormMakesTheSameFrames) {
  RtmpFrames frames;
  const std::string config = std::string("90 61766331") + std::string(kConfig).substr(13);
  EXPECT_FALSE(*frames.take(video(0, config), {}));
  const auto coded = frames.take(video(40, "91 61766331 000050 00000002 65aa"), {});
  ASSERT_TRUE(coded && *coded) << reason(coded);
  EXPECT_EQ(*(*coded)->payload, hex("00000002 65aa"));
  EXPECT_EQ((*coded)->pts - (*coded)->dts, 80 * kTicksPerMs);
  EXPECT_EQ((*coded)->track->width, 720);
  const auto coded_x = frames.take(video(80, "a3 61766331 00000002 41aa"), {});
  ASSERT_TRUE(coded_x && *coded_x) << reason(coded_x);
  EXPECT_EQ((*coded_x)->pts, (*coded_x)->dts);
  EXPECT_FALSE((*coded_x)->key);
  EXPECT_FALSE(*frames.take(audio(0, "90 6d703461 1210"), {}));
  const auto sound = frames.take(audio(80, "91 6d703461 2112"), {});
  ASSERT_TRUE(sound && *sound) << reason(sound);
  EXPECT_EQ(*(*sound)->payload, hex("2112"));
}

TEST(RtmpFrames, OpusComesInByItsFourCc) {
  RtmpFrames frames;
  EXPECT_FALSE(*frames.take(audio(0, "90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00"), {}));
  const auto frame = frames.take(audio(20, "91 4f707573 fc0102"), {});
  ASSERT_TRUE(frame && *frame) << reason(frame);
  EXPECT_EQ((*frame)->track->codec->name, "opus");
  EXPECT_EQ(*(*frame)->payload, hex("fc0102"));
}

TEST(RtmpFrames, AnIdrPictureIsAKeyFrameWhateverItsMarkSays) {
  RtmpFrames frames;
  (void)frames.take(video(0, kConfig), {});
  const auto frame = frames.take(video(0, "27 01 000000 00000002 65aa"), {});
  ASSERT_TRUE(frame && *frame);
  EXPECT_TRUE((*frame)->key);
}

TEST(RtmpFrames, AnAdtsHeadLeftOnIsTakenOff) {
  RtmpFrames frames;
  (void)frames.take(audio(0, "af 00 1210"), {});
  const auto frame = frames.take(audio(0, "af 01 fff15080 013ffc 2112"), {});
  ASSERT_TRUE(frame && *frame) << reason(frame);
  EXPECT_EQ(*(*frame)->payload, hex("2112"));
}

TEST(RtmpFrames, DelimitersAndEmptyUnitsAndEmptyMessagesDoNoHarm) {
  RtmpFrames frames;
  (void)frames.take(video(0, kConfig), {});
  const auto frame =
      frames.take(video(0, "17 01 000000 00000002 09f0 00000000 00000002 0605 00000002 65aa"), {});
  ASSERT_TRUE(frame && *frame) << reason(frame);
  EXPECT_FALSE(*frames.take(video(40, "27 01 000000"), {})) << "a frame of no bytes";
  EXPECT_FALSE(*frames.take(video(40, "57 00"), {})) << "a seek mark";
  EXPECT_FALSE(*frames.take(video(40, "94 61766331 02"), {})) << "colour metadata";
  EXPECT_FALSE(*frames.take(video(40, "17 02 000000"), {})) << "end of sequence";
}

TEST(RtmpFrames, WhatCannotBeTakenIsNamedForWhoeverSendsIt) {
  const auto words = [](const RtmpMedia& message) {
    RtmpFrames frames;
    const auto refused = frames.take(message, {});
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
    return frames.refusal();
  };
  EXPECT_EQ(words(video(0, "90 61763031 81")),
            "This server cannot take AV1 (av01). It takes: h264, hevc, aac, opus.");
  EXPECT_NE(words(audio(0, "2f ff")).find("MP3"), std::string::npos);
  EXPECT_NE(words(video(0, "96 00 61766331 00")).find("several tracks"), std::string::npos);
  EXPECT_NE(words(audio(0, "af 00 4210")).find("AAC profile"), std::string::npos);
}

TEST(RtmpFrames, MetadataFillsWhatTheConfigurationLeavesOut) {
  RtmpFrames frames;
  RtmpMetadata metadata;
  metadata.data.properties = {{"framerate", 12.5}, {"width", 1e300}};
  frames.take(metadata);
  // Baseline 128x96 without timing.
  (void)frames.take(video(0, "17 00 000000 01 42 c0 0a ff e1 0007 6742c00af841a2 01 0001 68"), {});
  const auto frame = frames.take(video(0, "17 01 000000 00000002 65aa"), {});
  ASSERT_TRUE(frame && *frame) << reason(frame);
  EXPECT_EQ((*frame)->track->fps_milli, 12'500);
}

Frame measured(const Codec& codec, int64_t ms, bool key, size_t bytes) {
  TrackConfig track;
  track.codec = &codec;
  return {std::make_shared<const TrackConfig>(track),
          key,
          ms * kTicksPerMs,
          ms * kTicksPerMs,
          std::make_shared<const std::vector<uint8_t>>(bytes),
          MonotonicTime{Milliseconds(ms)}};
}

TEST(PublisherMeter, TellsBitrateRateGapAndHowFarSoundIsAhead) {
  PublisherMeter meter;
  for (int64_t ms = 0; ms <= 4'000; ms += 40) meter.add(measured(kH264, ms, ms % 2'000 == 0, 5'000));
  meter.add(measured(kAac, 4'020, true, 0));
  const auto stats = meter.stats(MonotonicTime{Milliseconds(4'020)});
  EXPECT_EQ(stats.fps_milli, 25'000);
  EXPECT_EQ(stats.keyframe_gap_ms, 2'000);
  EXPECT_NEAR(stats.bitrate_kbps, 1'000, 25);
  EXPECT_EQ(stats.audio_ahead_ms, 20);
  EXPECT_EQ(stats.video->codec, &kH264);
}

// Two clocks that have nothing to do with each other: what is shown stays a number a page can hold.
TEST(PublisherMeter, ClocksThatDisagreeAreAnHourApartAtMost) {
  constexpr int kHourMs = 3'600'000;
  constexpr int64_t kFarMs = std::numeric_limits<int64_t>::max() / 2 / kTicksPerMs / 1'000;
  PublisherMeter meter;
  meter.add(measured(kH264, -kFarMs, true, 10));
  meter.add(measured(kAac, kFarMs * 2, true, 10));
  EXPECT_EQ(meter.stats({}).audio_ahead_ms, kHourMs);
  meter.add(measured(kH264, kFarMs * 2, true, 10));
  EXPECT_EQ(meter.stats({}).keyframe_gap_ms, kHourMs);
  meter.add(measured(kAac, -kFarMs, true, 10));
  EXPECT_EQ(meter.stats({}).audio_ahead_ms, -kHourMs);
  meter.add(measured(kH264, 0, true, 10));
  EXPECT_EQ(meter.stats({}).keyframe_gap_ms, 0) << "a clock that went back";
  EXPECT_GE(meter.stats({}).fps_milli, 0);
}

TEST(PublisherMeter, SilenceBringsTheRateDownToNothing) {
  PublisherMeter meter;
  meter.add(measured(kH264, 0, true, 5'000));
  EXPECT_EQ(meter.stats(MonotonicTime{Milliseconds(10'000)}).bitrate_kbps, 0);
  EXPECT_EQ(PublisherMeter().stats({}).bitrate_kbps, 0);
}

}  // namespace
}  // namespace vitrine
