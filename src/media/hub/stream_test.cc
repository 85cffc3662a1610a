#include "media/hub/stream_directory.h"

#include <gtest/gtest.h>

#include <future>

#include "testing/blocking.h"

namespace vitrine {
namespace {

const Codec kTestVideo{.kind = FrameKind::video, .name = "test-video"};
const Codec kTestAudio{.kind = FrameKind::audio, .name = "test-audio"};

TrackConfigPtr track_of(const Codec& codec) {
  TrackConfig track;
  track.codec = &codec;
  track.config = std::make_shared<const std::vector<uint8_t>>();
  return std::make_shared<const TrackConfig>(track);
}

// What a feed was given to write, kept by the test.
struct Written {
  WireFormat format{};
  int64_t dts = 0;
  bool key = false;
  bool anew = false;
  int64_t epoch = 0;
};
using WrittenLog = Guarded<std::vector<Written>>;

class LogWriter final : public FeedWriter {
 public:
  LogWriter(WireFormat format, WrittenLog& log) : format_(format), log_(log) {}
  void write(const StreamFrame& frame, std::vector<SlabPtr>& out) override {
    auto slab = std::make_shared<Slab>(frame.frame->payload);
    slab->born_us = frame.frame->ingested.since_start.count();
    slab->join_point = frame.frame->key && frame.frame->kind() == FrameKind::video;
    out.push_back(slab);
    log_.with([&](auto& log) {
      log.push_back({format_, frame.frame->dts, frame.frame->key, frame.anew, frame.epoch});
    });
  }

 private:
  WireFormat format_;
  WrittenLog& log_;
};

// Time on a core moves by the test's hand; several cores read it.
class TestClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return {Microseconds(now_ms_.load() * 1'000)}; }
  WallTime wall() const override { return {1'790'000'000'000 + now_ms_.load()}; }
  BootTime boot() const override { return {now_ms_.load(), 1}; }
  void advance(int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<int64_t> now_ms_{1'000};
};

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    cores_.start();
    directory_.on_state([this](const std::string&, StreamState state) {
      states_.with([&](auto& states) { states.push_back(state); });
    });
  }
  ~StreamTest() override {
    sinks_.clear();
    wait_on(cores_.at(0), close());
  }
  Task<bool> close() {
    co_await directory_.close();
    co_return true;
  }
  Result<FrameSink*> publish(bool take_over = false) {
    auto sink = wait_on(cores_.at(0), directory_.publish({"demo", "192.0.2.1", "test", take_over}));
    if (!sink) return sink.error();
    sinks_.push_back(std::move(*sink));
    return sinks_.back().get();
  }
  Result<void> send(FrameSink& sink, const TrackConfigPtr& track, int64_t ms, bool key) {
    Frame frame;
    frame.track = track;
    frame.key = key;
    frame.dts = frame.pts = ms * kTicksPerMs;
    frame.payload = std::make_shared<const std::vector<uint8_t>>(100);
    frame.ingested = clock_.monotonic();
    return sink.take(std::move(frame));
  }
  // A key frame, its audio, and `more` frames 40 ms apart.
  void send_gop(FrameSink& sink, int64_t from_ms, int more = 3) {
    EXPECT_TRUE(send(sink, video_, from_ms, true));
    EXPECT_TRUE(send(sink, audio_, from_ms, true));
    for (int at = 1; at <= more; ++at) EXPECT_TRUE(send(sink, video_, from_ms + at * 40, false));
  }
  std::optional<StreamJoin> join(WireFormat format = WireFormat::flv) {
    auto joined = wait_on(cores_.at(1), directory_.join("demo", format, cores_.at(1)));
    if (!joined) return std::nullopt;
    return std::move(*joined);
  }
  std::vector<Written> written() {
    return log_.with([](auto& log) { return log; });
  }
  std::vector<StreamState> states() {
    // What was posted to the home core before has run by then.
    static_cast<void>(wait_on(cores_.at(0), directory_.view("demo")));
    return states_.with([](auto& states) { return states; });
  }

  TestClock clock_;
  Cores cores_{2};
  WrittenLog log_;
  Guarded<std::vector<StreamState>> states_;
  std::atomic<int64_t> grace_ms_{60'000};
  StreamDirectory directory_{{
      .cores = cores_,
      .clock = clock_,
      .make_writer = [this](WireFormat format) { return std::make_unique<LogWriter>(format, log_); },
      .limits = [this] { return StreamLimits{.gop = {}, .grace = Milliseconds(grace_ms_)}; },
      .feed_options = [] { return FeedOptions{}; },
  }};
  TrackConfigPtr video_ = track_of(kTestVideo);
  TrackConfigPtr audio_ = track_of(kTestAudio);
  std::vector<std::unique_ptr<FrameSink>> sinks_;
};

TEST_F(StreamTest, GoesLiveWithItsFirstFramesAndSaysSo) {
  const auto sink = publish();
  ASSERT_TRUE(sink);
  EXPECT_EQ(directory_.status("demo").state, StreamState::idle);
  send_gop(**sink, 0);
  EXPECT_EQ(states(), std::vector{StreamState::live});
  const auto status = directory_.status("demo");
  EXPECT_EQ(status.state, StreamState::live);
  EXPECT_EQ(status.newest->pts, MediaLine::kStart + 120 * kTicksPerMs);
}

TEST_F(StreamTest, NobodyCanWatchWhatNobodyPublishes) {
  EXPECT_FALSE(join());
}

TEST_F(StreamTest, AFormatIsWrittenOnlyOnceSomebodyAsksAndFromTheKeyFrameOn) {
  const auto sink = publish();
  send_gop(**sink, 0);
  clock_.advance(2'000);
  send_gop(**sink, 2'000);
  EXPECT_EQ(states().size(), 1u);
  EXPECT_TRUE(written().empty());
  const auto joined = join();
  ASSERT_TRUE(joined);
  EXPECT_TRUE(joined->has_video && joined->has_audio);
  ASSERT_EQ(written().size(), 5u);
  EXPECT_TRUE(written()[0].key);
  EXPECT_EQ(written()[0].dts, MediaLine::kStart + 2'000 * kTicksPerMs);
}

TEST_F(StreamTest, ASecondPublisherIsRefusedUnlessTheFirstIsSilentOrItTakesOver) {
  const auto first = publish();
  send_gop(**first, 0);
  const auto second = publish();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "publish.busy");
  const auto third = publish(true);
  ASSERT_TRUE(third);
  EXPECT_EQ(send(**first, video_, 200, false).error().reason, "publish.taken_over");
  clock_.advance(2'000);
  EXPECT_TRUE(publish());
}

TEST_F(StreamTest, AReconnectGoesOnForTheSameViewersOnTheSameLine) {
  const auto first = publish();
  send_gop(**first, 50'000);
  const auto joined = join();
  ASSERT_TRUE(joined);
  (*first)->end(PublishEnd::lost);
  EXPECT_EQ(states(), (std::vector{StreamState::live, StreamState::lost}));
  EXPECT_TRUE(join()) << "whoever comes within the grace waits with the others";
  clock_.advance(3'000);
  const auto second = publish();
  ASSERT_TRUE(second);
  send_gop(**second, 0);
  EXPECT_EQ(states(), (std::vector{StreamState::live, StreamState::lost, StreamState::live}));
  const auto log = written();
  ASSERT_EQ(log.size(), 10u);
  EXPECT_TRUE(log[5].key && log[5].anew);
  EXPECT_EQ(log[5].epoch, log[0].epoch);
  EXPECT_EQ(log[5].dts - log[4].dts, 3'000 * kTicksPerMs);
}

TEST_F(StreamTest, WhenTheGraceIsOverTheEpochEnds) {
  grace_ms_ = 1;
  const auto first = publish();
  send_gop(**first, 0);
  auto joined = join();
  (*first)->end(PublishEnd::finished);
  while (states().back() != StreamState::idle) std::this_thread::yield();
  EXPECT_FALSE(join());
  const auto second = publish();
  send_gop(**second, 0);
  EXPECT_TRUE(join());
  const auto log = written();
  EXPECT_GT(log.back().epoch, log.front().epoch);
}

TEST_F(StreamTest, AVideoOnlyStreamIsHeldForHalfASecondOnly) {
  const auto sink = publish();
  for (int at = 0; at <= 12; ++at) EXPECT_TRUE(send(**sink, video_, at * 40, at == 0));
  EXPECT_TRUE(states().empty());
  EXPECT_TRUE(send(**sink, video_, 520, false));
  EXPECT_EQ(states(), std::vector{StreamState::live});
  const auto joined = join();
  ASSERT_TRUE(joined);
  EXPECT_FALSE(joined->has_audio);
}

StreamFrame cached(const TrackConfigPtr& track, bool key, size_t bytes, int64_t ms = 0,
                   TrackConfigPtr video = nullptr) {
  Frame out;
  out.track = track;
  out.key = key;
  out.dts = ms * kTicksPerMs;
  out.payload = std::make_shared<const std::vector<uint8_t>>(bytes);
  return StreamFrame{std::make_shared<const Frame>(out), 1, std::move(video), nullptr, false};
}

// reliability.md 2.2, row 15: a stream without key frames.
TEST(GopCache, OverItsLimitItForgetsAllUntilTheNextKeyFrame) {
  GopCache cache({.frames_max = 3, .bytes_max = 1'000});
  const auto video = track_of(kTestVideo);
  const auto frame = [&](bool key, size_t bytes) { return cached(video, key, bytes, 0, video); };
  cache.add(frame(false, 1));
  EXPECT_TRUE(cache.frames().empty()) << "nothing before the first key frame";
  cache.add(frame(true, 1));
  for (int at = 0; at < 5; ++at) cache.add(frame(false, 1));
  EXPECT_TRUE(cache.frames().empty());
  cache.add(frame(true, 900));
  EXPECT_EQ(cache.frames().size(), 1u);
  cache.add(frame(false, 200));
  EXPECT_TRUE(cache.frames().empty());
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(GopCache, AGroupOfPicturesPastItsTimeIsForgottenToo) {
  GopCache cache({.ticks_max = kTicksPerSecond});
  const auto video = track_of(kTestVideo);
  cache.add(cached(video, true, 1, 0, video));
  cache.add(cached(video, false, 1, 1'000, video));
  EXPECT_EQ(cache.frames().size(), 2u);
  cache.add(cached(video, false, 1, 1'040, video));
  EXPECT_TRUE(cache.frames().empty());
  cache.add(cached(video, true, 1, 2'000, video));
  EXPECT_EQ(cache.frames().size(), 1u);
}

TEST(GopCache, SoundAloneIsKeptForASecond) {
  GopCache cache({});
  const auto audio = track_of(kTestAudio);
  for (int64_t ms = 0; ms <= 10'000; ms += 20) cache.add(cached(audio, true, 1, ms));
  EXPECT_EQ(cache.frames().size(), 51u);
  EXPECT_EQ(cache.frames().front().frame->dts, 9'000 * kTicksPerMs);
}

}  // namespace
}  // namespace vitrine
