#include "media/hub/media_line.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

constexpr int64_t operator""_ms(unsigned long long ms) {
  return static_cast<int64_t>(ms) * kTicksPerMs;
}
MonotonicTime at(int64_t ms) {
  return {Microseconds(ms * 1'000)};
}

TEST(MediaLine, KeepsThePublishersStepsWithinAConnection) {
  MediaLine line;
  const auto first = line.place(FrameKind::video, 5'000_ms, 5'080_ms, at(0));
  EXPECT_TRUE(first.anew);
  EXPECT_EQ(first.pts - first.dts, 80_ms);
  EXPECT_EQ(line.place(FrameKind::audio, 5'010_ms, 5'010_ms, at(1)).dts, first.dts + 10_ms);
  EXPECT_EQ(line.place(FrameKind::video, 5'040_ms, 5'040_ms, at(90)).dts, first.dts + 40_ms);
}

TEST(MediaLine, AReconnectAdvancesByTheServerTimeThatPassed) {
  MediaLine line;
  const auto last = line.place(FrameKind::video, 900'000_ms, 900'000_ms, at(1'000));
  line.restart();
  const auto next = line.place(FrameKind::video, 0, 0, at(4'500));
  EXPECT_TRUE(next.anew);
  EXPECT_EQ(next.dts - last.dts, 3'500_ms);
}

TEST(MediaLine, AJumpEitherWayIsTakenOutAndBothTracksFollow) {
  for (const int64_t jump : {3'600'000_ms, -3'600'000_ms}) {
    MediaLine line;
    const int64_t start = 10'000'000_ms;
    const auto video = line.place(FrameKind::video, start, start, at(0));
    line.place(FrameKind::audio, start, start, at(0));
    const auto jumped = line.place(FrameKind::video, start + jump + 40_ms, start + jump + 40_ms, at(40));
    EXPECT_TRUE(jumped.anew);
    EXPECT_EQ(jumped.dts, video.dts + 40_ms);
    const auto audio = line.place(FrameKind::audio, start + jump + 46_ms, start + jump + 46_ms, at(46));
    EXPECT_FALSE(audio.anew);
    EXPECT_EQ(audio.dts, video.dts + 46_ms);
    EXPECT_EQ(line.repairs().jumps, 1);
  }
}

TEST(MediaLine, APauseBothClocksSawIsNoJump) {
  MediaLine line;
  const auto first = line.place(FrameKind::video, 0, 0, at(0));
  const auto second = line.place(FrameKind::video, 5'000_ms, 5'000_ms, at(5'000));
  EXPECT_FALSE(second.anew);
  EXPECT_EQ(second.dts - first.dts, 5'000_ms);
}

TEST(MediaLine, ASmallStepBackIsLiftedAndCounted) {
  MediaLine line;
  const auto first = line.place(FrameKind::video, 1'000_ms, 1'000_ms, at(0));
  const auto back = line.place(FrameKind::video, 900_ms, 900_ms, at(40));
  EXPECT_EQ(back.dts, first.dts + 1);
  EXPECT_EQ(back.pts, back.dts);
  EXPECT_EQ(line.repairs().steps_back, 1);
}

// B-frames of an encoder that counts pts from the first picture: shown before they are decoded.
TEST(MediaLine, PicturesShownBeforeTheyAreDecodedKeepTheirDistances) {
  MediaLine line;
  const int64_t dts[] = {1'000_ms, 1'040_ms, 1'080_ms, 1'120_ms, 1'160_ms};
  const int64_t pts[] = {1'000_ms, 1'120_ms, 1'040_ms, 1'080_ms, 1'160_ms};
  const int64_t offset = MediaLine::kStart - 1'000_ms;
  int64_t last = INT64_MIN;
  for (size_t i = 0; i < std::size(dts); ++i) {
    const auto placed = line.place(FrameKind::video, dts[i], pts[i], at(40 * static_cast<int64_t>(i)));
    EXPECT_NEAR(static_cast<double>(placed.pts), static_cast<double>(pts[i] + offset), 1) << i;
    EXPECT_GE(placed.pts, placed.dts) << i;
    EXPECT_GT(placed.dts, last) << i;
    last = placed.dts;
  }
  EXPECT_EQ(line.repairs().compositions, 1) << "one shift for all of them";
  EXPECT_EQ(line.repairs().steps_back, 0);
}

TEST(MediaLine, APtsHoursAwayIsNotBelieved) {
  MediaLine line;
  const auto first = line.place(FrameKind::video, 1'000_ms, 1'000_ms, at(0));
  const auto far = line.place(FrameKind::video, 1'040_ms, 1'040_ms + 8'388'607_ms, at(40));
  EXPECT_EQ(far.pts, far.dts);
  EXPECT_EQ(far.dts, first.dts + 40_ms);
  EXPECT_EQ(line.newest_pts(), far.pts) << "now showing goes by it";
  EXPECT_EQ(line.repairs().compositions, 1);
}

// Sound counted from zero, pictures from the wall clock: each track has its own offset, once.
TEST(MediaLine, TracksOnClocksFarApartAreBroughtTogetherOnce) {
  MediaLine line;
  const int64_t wall = 1'700'000'000_ms;
  int64_t video_pts = 0;
  for (int64_t i = 0; i < 50; ++i) {
    const auto video = line.place(FrameKind::video, wall + i * 40_ms, wall + i * 40_ms, at(i * 40));
    const auto audio = line.place(FrameKind::audio, i * 40_ms, i * 40_ms, at(i * 40));
    EXPECT_EQ(video.anew, i == 0);
    EXPECT_FALSE(audio.anew);
    EXPECT_EQ(video.pts, audio.pts);
    video_pts = video.pts;
  }
  EXPECT_EQ(video_pts, MediaLine::kStart + 49 * 40_ms);
  EXPECT_EQ(line.repairs().tracks_apart, 1);
  EXPECT_EQ(line.repairs().jumps, 0);
}

TEST(MediaLine, AJumpOfBothTracksKeepsThemExactlyAsFarApartAsTheyWere) {
  MediaLine line;
  const int64_t ahead = 37_ms;
  line.place(FrameKind::video, 1'000_ms, 1'000_ms, at(0));
  const auto audio = line.place(FrameKind::audio, 1'000_ms + ahead, 1'000_ms + ahead, at(0));
  const auto video_after = line.place(FrameKind::video, 9'000'040_ms, 9'000'040_ms, at(51));
  const auto late = line.place(FrameKind::audio, 1'040_ms + ahead, 1'040_ms + ahead, at(52));
  EXPECT_EQ(late.dts, audio.dts + 40_ms) << "from before the jump, on the old offset still";
  const auto audio_after = line.place(FrameKind::audio, 9'000'040_ms + ahead, 9'000'040_ms + ahead, at(53));
  EXPECT_EQ(audio_after.pts - video_after.pts, ahead);
  EXPECT_EQ(line.repairs().jumps, 1);
}

// A slow line: the encoder leaves three seconds of pictures out, then sends what it has in a burst.
TEST(MediaLine, PicturesLeftOutAreNoJumpWhileTheSoundGoesOn) {
  MediaLine line;
  line.place(FrameKind::video, 0, 0, at(0));
  const auto before = line.place(FrameKind::audio, 0, 0, at(0));
  for (int64_t ms = 20; ms <= 3'000; ms += 20)
    line.place(FrameKind::audio, ms * kTicksPerMs, ms * kTicksPerMs, at(100));
  const auto video = line.place(FrameKind::video, 3'000_ms, 3'000_ms, at(100));
  EXPECT_EQ(video.pts, before.pts + 3'000_ms) << "still in step with the sound";
  EXPECT_EQ(line.repairs().jumps, 0);
}

TEST(MediaLine, WhateverComesEachTrackGrowsAndPtsIsNotBelowDts) {
  const auto property = [](const std::vector<std::tuple<bool, int64_t, int16_t, uint16_t, bool>>& frames) {
    MediaLine line;
    std::array<int64_t, 2> last{INT64_MIN, INT64_MIN};
    int64_t now_ms = 0;
    for (const auto& [video, far, composition, waited_ms, reconnect] : frames) {
      now_ms += waited_ms;
      if (reconnect) line.restart();
      const int64_t dts = far % (int64_t{1} << 48);
      const auto kind = video ? FrameKind::video : FrameKind::audio;
      const auto placed = line.place(kind, dts, dts + composition, at(now_ms));
      RC_ASSERT(placed.dts > last[video ? 0 : 1]);
      RC_ASSERT(placed.pts >= placed.dts);
      last[video ? 0 : 1] = placed.dts;
    }
    // The line never runs ahead of the server's time by more than its start and the lifted steps.
    RC_ASSERT(line.newest_pts() <= MediaLine::kStart + now_ms * kTicksPerMs + kJumpTicks * 2 +
                                       static_cast<int64_t>(frames.size()) * (kJumpTicks + 32'768));
  };
  EXPECT_TRUE(rc::check(property));
}

}  // namespace
}  // namespace vitrine
