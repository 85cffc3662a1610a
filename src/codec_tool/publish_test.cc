// The demo publisher against nginx-rtmp, a server that is not ours.
#include "codec_tool/publish.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "codec_tool/demo_picture.h"
#include "codec_tool/demo_sound.h"
#include "codec_tool/probe.h"
#include "testing/blocking.h"
#include "testing/nginx_rtmp.h"

namespace vitrine {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  char piece[4'096];
  while (std::fgets(piece, sizeof piece, pipe.get()) != nullptr) out += piece;
  return out;
}

// The server comes up only after the publisher: the first tries find nobody.
TEST(PublishDemo, FindsALateServerAndSendsPictureAndSoundInStep) {
  const TestFolder folder;
  const uint16_t port = free_port();
  PushOptions options;
  options.url = fmt::format("rtmp://127.0.0.1:{}/live/demo?key=abc", port);
  options.width = 360;
  options.height = 640;
  std::thread publisher([&options] {
    StopSignal stop;
    EXPECT_TRUE(publish_demo(options, Milliseconds(3'000), stop));
  });
  {
    const NginxRtmp server(folder.path(), port, "record all; record_path " + folder.path() + ";");
    publisher.join();
  }
  const std::string probe = "ffprobe -v error -of compact ";
  const std::string file = folder.path() + "/demo.flv";
  const auto streams =
      output_of(probe + "-show_entries stream=codec_name,width,height,sample_rate,channels " + file);
  EXPECT_NE(streams.find("codec_name=h264|width=360|height=640"), std::string::npos) << streams;
  EXPECT_NE(streams.find("codec_name=aac|sample_rate=44100|channels=2"), std::string::npos) << streams;

  const auto video = output_of(probe + "-select_streams v -show_entries packet=pts_time,flags " + file);
  EXPECT_EQ(std::count(video.begin(), video.end(), '\n'), 75);
  size_t keys = 0;
  for (size_t at = video.find("flags=K"); at != std::string::npos; at = video.find("flags=K", at + 1)) ++keys;
  EXPECT_GE(keys, 3u) << "a key frame each second";

  const auto last_time = [&](const std::string& kind) {
    const auto times = output_of("ffprobe -v error -of csv=p=0 -select_streams " + kind +
                                 " -show_entries packet=pts_time " + file);
    return std::stod(times.substr(times.find_last_of('\n', times.size() - 2) + 1));
  };
  EXPECT_NEAR(last_time("v"), last_time("a"), 0.1);
}

TEST(PublishDemo, EndsOnSigterm) {
  std::thread publisher([] {
    StopSignal stop;
    ::pthread_kill(::pthread_self(), SIGTERM);
    PushOptions options;
    options.url = fmt::format("rtmp://127.0.0.1:{}/live/demo", free_port());
    EXPECT_TRUE(publish_demo(options, std::nullopt, stop));
  });
  publisher.join();
}

TEST(DemoSound, ChimesAtTheFullSecondAndFadesBeforeTheNext) {
  const auto loudest = [](WallTime start, int64_t from, int64_t count) {
    float most = 0;
    for (int64_t at = from; at < from + count; ++at)
      most = std::max(most, std::abs(demo_sample(start, at, 44'100)));
    return most;
  };
  EXPECT_GT(loudest({10'000}, 0, 4'410), 0.1F);
  EXPECT_LT(loudest({10'000}, 39'690, 4'410), 0.01F);
  // Begun 250 ms before the second, the chime comes after 250 ms.
  EXPECT_LT(loudest({10'750}, 0, 11'000), 0.06F);
  EXPECT_GT(loudest({10'750}, 11'025, 4'410), 0.1F);
}

TEST(DemoPicture, ShowsTheClockAndChangesFromFrameToFrame) {
  constexpr int kWidth = 360;
  constexpr int kHeight = 640;
  constexpr int kLuma = kWidth * kHeight;
  std::vector<uint8_t> first(kLuma * 3 / 2);
  std::vector<uint8_t> second = first;
  const auto planes = [](std::vector<uint8_t>& bytes) {
    return Planes{bytes.data(), bytes.data() + kLuma, bytes.data() + kLuma * 5 / 4,
                  kWidth,       kWidth / 2,           kWidth,
                  kHeight};
  };
  DemoPicture picture(kWidth, kHeight);
  picture.draw(planes(first), WallTime{1'790'000'000'120}, 1);
  picture.draw(planes(second), WallTime{1'790'000'000'160}, 2);
  EXPECT_NE(first, second);
  EXPECT_GT(*std::max_element(first.begin(), first.begin() + kLuma), 220) << "white digits";
}

TEST(Probe, NamesTheEncodersTheDemoNeeds) {
  const auto json = probe_json();
  EXPECT_NE(json.find(R"({"codec":"h264","encoder":"libx264"})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"({"codec":"aac","encoder":"aac"})"), std::string::npos) << json;
}

}  // namespace
}  // namespace vitrine
