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
  EXPECT_EQ(reason(frames.take(video(0, "17 01 000000 000000ff 65aa"), {})), "wire.truncated");
  EXPECT_TRUE(*frames.take(video(40, "17 01 000000 00000002 65aa"), {}));
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

TEST(PublisherMeter, SilenceBringsTheRateDownToNothing) {
  PublisherMeter meter;
  meter.add(measured(kH264, 0, true, 5'000));
  EXPECT_EQ(meter.stats(MonotonicTime{Milliseconds(10'000)}).bitrate_kbps, 0);
  EXPECT_EQ(PublisherMeter().stats({}).bitrate_kbps, 0);
}

}  // namespace
}  // namespace vitrine
