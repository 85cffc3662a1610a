// Our streams played by RTMP with programs that are not ours.
#include <gtest/gtest.h>

#include "media/test_studio.h"
#include "testing/nginx_rtmp.h"

namespace vitrine {
namespace {

class RtmpPlayTest : public StudioTest {
 protected:
  std::string url(const std::string& stream = "demo") const {
    return "rtmp://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/" + stream;
  }
  std::map<std::string, boost::json::object> streams_of(const boost::json::value& probed) {
    std::map<std::string, boost::json::object> out;
    for (const auto& stream : probed.at("streams").as_array())
      out[std::string(stream.at("codec_type").as_string())] = stream.as_object();
    return out;
  }
  static double number(const boost::json::value& text) { return std::stod(std::string(text.as_string())); }
};

TEST_F(RtmpPlayTest, FfprobeDecodesPictureAndSoundInStep) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  const auto probed = probe(url(), "-show_streams -show_frames");
  auto streams = streams_of(probed);
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams["video"]["codec_name"], "h264");
  EXPECT_EQ(streams["video"]["width"], 320);
  EXPECT_EQ(streams["video"]["has_b_frames"], 2);
  EXPECT_EQ(streams["audio"]["sample_rate"], "48000");
  std::map<std::string, std::vector<double>> times;
  bool bidirectional = false;
  for (const auto& frame : probed.at("frames").as_array()) {
    times[std::string(frame.at("media_type").as_string())].push_back(number(frame.at("pts_time")));
    if (frame.at("media_type") == "video") bidirectional |= frame.at("pict_type") == "B";
  }
  EXPECT_TRUE(bidirectional);
  for (const auto& [kind, pts] : times) {
    EXPECT_GT(pts.size(), 40u) << kind;
    EXPECT_TRUE(std::is_sorted(pts.begin(), pts.end())) << kind << ": decoded frames come in order";
  }
  const auto& video = times["video"];
  for (size_t at = 1; at < video.size(); ++at) EXPECT_NEAR(video[at] - video[at - 1], 0.04, 0.002) << at;
  EXPECT_NEAR(video.front(), times["audio"].front(), 0.2);
  EXPECT_NEAR(video.back(), times["audio"].back(), 0.3);
}

TEST_F(RtmpPlayTest, SoundAloneAndPictureAlonePlayToo) {
  auto publisher = publish(key_.rtmp_url, "/dev/null", kSound);
  ASSERT_TRUE(wait_for(StreamState::live));
  auto streams = streams_of(probe(url(), "-show_streams"));
  EXPECT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams["audio"]["codec_name"], "aac");
  publisher->kill();

  const auto key = *wait_on(server_.cores().at(0), media_.create_key("mute", "127.0.0.1:8080"));
  publisher = publish(key.rtmp_url, "/dev/null", kPicture);
  ASSERT_TRUE(wait_for(StreamState::live, "mute"));
  streams = streams_of(probe(url("mute"), "-show_streams"));
  EXPECT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams["video"]["codec_name"], "h264");
}

TEST_F(RtmpPlayTest, AStreamNobodyPublishesIsRefusedInWords) {
  const std::string errors = folder_.path() + "/errors";
  Program probe({"timeout", "25", "ffprobe", url("nobody")}, errors);
  EXPECT_NE(probe.wait(), 0);
  EXPECT_NE(text_of(errors).find("Nobody is publishing this stream"), std::string::npos) << text_of(errors);
}

TEST_F(RtmpPlayTest, APlayerHearsTheEndOfTheStream) {
  set("media.grace_ms", "100");
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Program player(
      {"timeout", "25", "ffmpeg", "-nostdin", "-loglevel", "error", "-i", url(), "-f", "null", "-"});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (media_.status("demo").viewers == 0) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  publisher->kill();
  EXPECT_EQ(player.wait(), 0) << "ffmpeg takes UnpublishNotify for the end of a file";
}

// nginx-rtmp pulls our stream with its own client and plays it on.
TEST_F(RtmpPlayTest, NginxPullsAndPlaysOn) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  const uint16_t port = free_port();
  const NginxRtmp sink(folder_.path(), port, "pull " + url() + " name=demo;");
  const std::string theirs = "rtmp://127.0.0.1:" + std::to_string(port) + "/live/demo";
  // It begins to listen in its own time.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (Program({"timeout", "25", "ffprobe", "-v", "error", theirs}).wait() != 0)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  const auto streams = streams_of(probe(theirs, "-show_streams -show_packets"));
  EXPECT_EQ(streams.size(), 2u);
}

}  // namespace
}  // namespace vitrine
