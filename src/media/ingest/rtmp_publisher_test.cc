// Real FFmpeg publishing to a listener of ours, and peers that do not behave.
#include "media/ingest/rtmp_publisher.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/ingest/rtmp_ingest.h"
#include "runtime/listener.h"
#include "testing/blocking.h"
#include "testing/nginx_rtmp.h"

namespace vitrine {
namespace {

// What all sinks of a test have heard; written on the core, read by the test's thread.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<PublishRequest> requests;
  std::vector<Frame> frames;
  std::vector<PublishEnd> ends;
  std::vector<RtmpPlayAsked> guests;
  PublisherStats stats;
  bool seat_lost = false;

  bool wait_for_end() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [this] { return !ends.empty(); });
  }
  std::vector<Frame> of(FrameKind kind) {
    std::vector<Frame> out;
    for (const auto& frame : frames)
      if (frame.kind() == kind) out.push_back(frame);
    return out;
  }
};

class HeardSink final : public FrameSink {
 public:
  explicit HeardSink(Heard& heard) : heard_(heard) {}
  Result<void> take(Frame frame) override {
    const std::lock_guard lock(heard_.mutex);
    heard_.frames.push_back(std::move(frame));
    if (heard_.seat_lost) return Error{ErrorKind::gone, "publish.taken_over"};
    return {};
  }
  Milliseconds beat() const override { return Milliseconds(0); }
  void report(const PublisherStats& stats) override { heard_.stats = stats; }
  void end(PublishEnd why) override {
    const std::lock_guard lock(heard_.mutex);
    heard_.ends.push_back(why);
    heard_.changed.notify_all();
  }

 private:
  Heard& heard_;
};

// Admits the key "right"; anything else is wrong, and the stream "busy" is busy.
class TestGate final : public PublishGate {
 public:
  explicit TestGate(Heard& heard) : heard_(heard) {}
  Task<Result<std::unique_ptr<FrameSink>>> admit(PublishRequest request) override {
    const std::lock_guard lock(heard_.mutex);
    heard_.requests.push_back(request);
    if (request.key != "right") co_return Error{ErrorKind::unauthenticated, "publish.key"};
    if (request.stream == "busy" && !request.take_over) co_return Error{ErrorKind::conflict, "publish.busy"};
    co_return std::unique_ptr<FrameSink>(std::make_unique<HeardSink>(heard_));
  }

 private:
  Heard& heard_;
};

class RtmpPublisherTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override {
    listener_->stop();
    EXPECT_TRUE(wait_on(cores_.at(0), ingest_->close(Milliseconds(2'000))));
    cores_.stop();
  }
  void start(RtmpTimes times) {
    const auto take_guest = [this](Core&, RtmpGuest guest) {
      const std::lock_guard lock(heard_.mutex);
      heard_.guests.push_back(std::move(guest.asked));
      heard_.changed.notify_all();
    };
    ingest_ = std::make_unique<RtmpIngest>(cores_, gate_, clock_, random_, take_guest, times);
    std::string fault;
    auto listener = Listener::open(cores_, {.name = "rtmp", .bind = {"127.0.0.1"}}, fault);
    ASSERT_TRUE(listener) << fault;
    listener_ = *std::move(listener);
    cores_.start();
    listener_->start([this](Core& core, TcpSocket socket) { ingest_->accept(core, std::move(socket)); });
  }

  static std::string url_of(uint16_t port, const std::string& path) {
    return "rtmp://127.0.0.1:" + std::to_string(port) + path;
  }
  // Publishes to us with FFmpeg; returns its exit status and keeps what it said.
  int ffmpeg(const std::string& input_and_codecs, const std::string& path) {
    return ffmpeg_to(url_of(listener_->port(), path), input_and_codecs);
  }
  int ffmpeg_to(const std::string& url, const std::string& input_and_codecs) {
    const std::string log = folder_.path() + "/ffmpeg.log";
    const std::string command =
        "ffmpeg -nostdin -v info " + input_and_codecs + " -f flv '" + url + "' >" + log + " 2>&1";
    const int status = std::system(command.c_str());
    std::ifstream file(log);
    said_.assign(std::istreambuf_iterator<char>(file), {});
    return status;
  }
  // A plain connection to the listener.
  int dial() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(listener_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return descriptor;
  }

  Cores cores_{1};
  SystemClock clock_;
  SystemRandom random_;
  Heard heard_;
  TestGate gate_{heard_};
  std::unique_ptr<RtmpIngest> ingest_;
  std::unique_ptr<Listener> listener_;
  TestFolder folder_;
  std::string said_;
};

constexpr const char* kPicture = "-f lavfi -i testsrc2=s=360x640:r=25 ";
constexpr const char* kSound = "-f lavfi -i sine=f=440:r=44100 ";
constexpr const char* kH264Aac = "-t 2 -c:v libx264 -preset ultrafast -g 25 -c:a aac -ac 2 ";

TEST_F(RtmpPublisherTest, PictureAndSoundArriveWithTheirSizesAndTimes) {
  ASSERT_EQ(ffmpeg(std::string(kPicture) + kSound + kH264Aac, "/live/demo?key=right"), 0) << said_;
  ASSERT_TRUE(heard_.wait_for_end());
  EXPECT_EQ(heard_.requests.at(0).stream, "demo");
  EXPECT_EQ(heard_.ends.at(0), PublishEnd::finished);

  const auto video = heard_.of(FrameKind::video);
  ASSERT_EQ(video.size(), 50u);
  EXPECT_EQ(video[0].track->codec, &kH264);
  EXPECT_EQ(video[0].track->width, 360);
  EXPECT_EQ(video[0].track->height, 640);
  EXPECT_EQ(video[0].track->fps_milli, 25'000);
  EXPECT_TRUE(video[0].key);
  EXPECT_TRUE(video[25].key);
  EXPECT_TRUE(read_nals(*video[25].payload, 4)->idr) << "the FLV prefix is gone and NAL lengths are whole";
  for (size_t at = 1; at < video.size(); ++at)
    EXPECT_EQ(video[at].dts - video[at - 1].dts, 40 * kTicksPerMs) << at;

  const auto audio = heard_.of(FrameKind::audio);
  ASSERT_GT(audio.size(), 80u);
  EXPECT_EQ(audio[0].track->codec, &kAac);
  EXPECT_EQ(audio[0].track->sample_rate, 44'100);
  EXPECT_EQ(audio[0].track->channels, 2);
  EXPECT_NEAR(static_cast<double>(audio.back().dts - video.back().dts), 0, 100.0 * kTicksPerMs);
}

TEST_F(RtmpPublisherTest, BFramesKeepPtsAheadOfDts) {
  ASSERT_EQ(ffmpeg(std::string(kPicture) + "-t 1 -c:v libx264 -preset veryfast -bf 2 -g 25 ",
                   "/live/demo?key=right"),
            0)
      << said_;
  ASSERT_TRUE(heard_.wait_for_end());
  const auto video = heard_.of(FrameKind::video);
  ASSERT_EQ(video.size(), 25u);
  bool reordered = false;
  for (size_t at = 1; at < video.size(); ++at) {
    EXPECT_GT(video[at].dts, video[at - 1].dts);
    EXPECT_GE(video[at].pts, video[at].dts);
    reordered = reordered || video[at].pts < video[at - 1].pts;
  }
  EXPECT_TRUE(reordered);
}

TEST_F(RtmpPublisherTest, SoundAloneAndPictureAloneAreStreamsToo) {
  ASSERT_EQ(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", "/live/radio?key=right"), 0) << said_;
  ASSERT_TRUE(heard_.wait_for_end());
  EXPECT_TRUE(heard_.of(FrameKind::video).empty());
  EXPECT_GT(heard_.of(FrameKind::audio).size(), 40u);

  heard_.frames.clear();
  heard_.ends.clear();
  ASSERT_EQ(ffmpeg(std::string(kPicture) + "-t 1 -c:v libx264 ", "/live/mute?key=right"), 0) << said_;
  ASSERT_TRUE(heard_.wait_for_end());
  EXPECT_TRUE(heard_.of(FrameKind::audio).empty());
  EXPECT_EQ(heard_.of(FrameKind::video).size(), 25u);
}

// nginx-rtmp relays with a client of its own: other chunk headers and commands than FFmpeg's.
TEST_F(RtmpPublisherTest, NginxRelaysAStreamIn) {
  const uint16_t port = free_port();
  const NginxRtmp relay(folder_.path(), port,
                        "push " + url_of(listener_->port(), "/live/demo?key=right") + ";");
  const auto url = url_of(port, "/live/demo");
  // It begins to listen in its own time.
  for (int tries = 0; tries < 50 && ffmpeg_to(url, "-re " + std::string(kPicture) + kSound + kH264Aac) != 0;
       ++tries) {
  }
  ASSERT_TRUE(heard_.wait_for_end()) << said_;
  EXPECT_EQ(heard_.of(FrameKind::video).size(), 50u);
  EXPECT_GT(heard_.of(FrameKind::audio).size(), 80u);
}

TEST_F(RtmpPublisherTest, AWrongOrMissingKeyIsRefusedInWords) {
  for (const auto* path : {"/live/demo?key=wrong", "/live/demo"}) {
    EXPECT_NE(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", path), 0);
    EXPECT_NE(said_.find("The stream key is missing or wrong"), std::string::npos) << said_;
  }
  EXPECT_TRUE(heard_.frames.empty());
}

TEST_F(RtmpPublisherTest, ABusyStreamIsRefusedUnlessTakeoverIsAsked) {
  EXPECT_NE(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", "/live/busy?key=right"), 0);
  EXPECT_NE(said_.find("published already"), std::string::npos) << said_;
  EXPECT_EQ(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", "/live/busy?key=right&takeover=1"), 0) << said_;
}

TEST_F(RtmpPublisherTest, AnotherCodecIsRefusedInWords) {
  EXPECT_NE(ffmpeg("-re " + std::string(kSound) + "-t 5 -c:a libmp3lame ", "/live/demo?key=right"), 0);
  ASSERT_TRUE(heard_.wait_for_end());
  EXPECT_EQ(heard_.ends.at(0), PublishEnd::lost);
  EXPECT_TRUE(heard_.frames.empty());
}

// reliability.md 2.2, row 7: names that climb directories.
TEST_F(RtmpPublisherTest, ANameOutsideTheAllowListNeverReachesTheGate) {
  EXPECT_NE(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", "/live/..%2f..%2fetc?key=right"), 0);
  EXPECT_NE(ffmpeg(std::string(kSound) + "-t 1 -c:a aac ", "/live/a/../../b?key=right"), 0);
  EXPECT_TRUE(heard_.requests.empty());
}

TEST_F(RtmpPublisherTest, GuessingKeysIsSlowedDown) {
  for (int at = 0; at < FailedTries::kTriesMax + 1; ++at)
    EXPECT_NE(ffmpeg(std::string(kSound) + "-t 0.1 -c:a aac ", "/live/demo?key=guess"), 0);
  EXPECT_NE(said_.find("Wait a minute"), std::string::npos) << said_;
  EXPECT_EQ(heard_.requests.size(), static_cast<size_t>(FailedTries::kTriesMax));
}

TEST_F(RtmpPublisherTest, WhoLosesTheSeatLosesTheConnection) {
  heard_.seat_lost = true;
  EXPECT_NE(ffmpeg("-re " + std::string(kSound) + "-t 10 -c:a aac ", "/live/demo?key=right"), 0);
  EXPECT_EQ(heard_.frames.size(), 1u);
}

TEST_F(RtmpPublisherTest, StatsTellRateAndGap) {
  ASSERT_EQ(ffmpeg("-re " + std::string(kPicture) + kSound + kH264Aac + "-t 3 ", "/live/demo?key=right"), 0)
      << said_;
  ASSERT_TRUE(heard_.wait_for_end());
  EXPECT_NEAR(heard_.stats.fps_milli, 25'000, 500);
  EXPECT_EQ(heard_.stats.keyframe_gap_ms, 1'000);
  EXPECT_GT(heard_.stats.bitrate_kbps, 50);
  EXPECT_LT(std::abs(heard_.stats.audio_ahead_ms), 200);
  ASSERT_TRUE(heard_.stats.video);
  EXPECT_EQ(heard_.stats.video->codec->name, "h264");
}

TEST_F(RtmpPublisherTest, WhoWantsToPlayIsHandedOnWithNameAndQuery) {
  const std::string command =
      "timeout 5 ffprobe -v error '" + url_of(listener_->port(), "/live/demo?token=abc") + "' 2>/dev/null";
  EXPECT_NE(std::system(command.c_str()), 0) << "nobody plays anything here";
  const std::lock_guard lock(heard_.mutex);
  ASSERT_EQ(heard_.guests.size(), 1u);
  EXPECT_EQ(heard_.guests[0].name, "demo");
  EXPECT_TRUE(heard_.guests[0].query.starts_with("token=abc")) << heard_.guests[0].query;
  EXPECT_TRUE(heard_.requests.empty());
}

// Half-open connections from an address must not keep its encoders out.
TEST_F(RtmpPublisherTest, HalfOpenConnectionsGiveWayToAPublisher) {
  std::vector<int> half_open;
  for (int at = 0; at < 2 * kRtmpStrangersPerAddress; ++at) half_open.push_back(dial());
  EXPECT_EQ(ffmpeg(std::string(kSound) + "-t 0.5 -c:a aac ", "/live/demo?key=right"), 0) << said_;
  for (const int descriptor : half_open) ::close(descriptor);
}

// Nor must those that have shaken hands and go no further.
TEST_F(RtmpPublisherTest, ShakenHandsWithoutAWordGiveWayToo) {
  const std::string hello = "\x03" + std::string(2 * 1'536, '\0');
  std::vector<int> strangers;
  for (int at = 0; at < 2 * kRtmpStrangersPerAddress; ++at) {
    strangers.push_back(dial());
    ASSERT_EQ(::write(strangers.back(), hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
    char answered = 0;
    ASSERT_EQ(::read(strangers.back(), &answered, 1), 1) << "hands are shaken";
  }
  EXPECT_EQ(ffmpeg(std::string(kSound) + "-t 0.5 -c:a aac ", "/live/demo?key=right"), 0) << said_;
  for (const int descriptor : strangers) ::close(descriptor);
}

class SlowPeerTest : public RtmpPublisherTest {
 protected:
  void SetUp() override { start({.handshake = Milliseconds(200), .publish = Milliseconds(200)}); }
};

TEST_F(SlowPeerTest, WhoSaysNothingIsClosed) {
  const int descriptor = dial();
  char byte = 0;
  EXPECT_EQ(::read(descriptor, &byte, 1), 0);  // returns when the server closes
  ::close(descriptor);
}

TEST_F(SlowPeerTest, AHandshakeWithoutPublishIsClosed) {
  const int descriptor = dial();
  std::vector<char> hello(1 + 2 * 1'536);
  hello[0] = 3;
  EXPECT_EQ(::write(descriptor, hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  std::vector<char> answer(8'192);
  size_t got = 0;
  while (true) {
    const auto count = ::read(descriptor, answer.data(), answer.size());
    if (count <= 0) break;
    got += static_cast<size_t>(count);
  }
  EXPECT_EQ(got, 1 + 2 * 1'536u);
  ::close(descriptor);
}

}  // namespace
}  // namespace vitrine
