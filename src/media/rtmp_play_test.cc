// Our streams played by RTMP with programs that are not ours.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "media/container/flv.h"
#include "media/protocol/rtmp_handshake.h"
#include "media/protocol/rtmp_link.h"
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

// A player that does what the test says, message by message.
class Player {
 public:
  explicit Player(uint16_t port) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::vector<uint8_t> greeting(1 + 2 * kRtmpHandshakeBytes);  // C2 need not wait: nobody looks at it
    greeting[0] = kRtmpVersion;
    write(greeting);
    EXPECT_EQ(::recv(descriptor_, buffer_, greeting.size(), MSG_WAITALL),
              static_cast<ssize_t>(greeting.size()));
    Amf0Object object;
    object.properties = {{"app", "live"}, {"tcUrl", "rtmp://127.0.0.1/live"}};
    command({"connect", 1, object}, 0);
    command({"createStream", 2, Amf0Value()}, 0);
  }
  ~Player() { ::close(descriptor_); }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  void command(const std::vector<Amf0Value>& values, uint32_t stream_id = 1) {
    ByteWriter out;
    write_rtmp_message(out, 3, {RtmpType::command_amf0, stream_id, 0, write_amf0(values)}, kRtmpChunkDefault);
    write(out.view());
  }
  void play(std::string_view name) { command({"play", 0, Amf0Value(), name, -2'000}); }
  void ping(uint32_t stamp) {
    ByteWriter body;
    body.u16(static_cast<uint16_t>(RtmpControl::ping_request)).u32(stamp);
    ByteWriter out;
    write_rtmp_message(out, 2, {RtmpType::user_control, 0, 0, body.take()}, kRtmpChunkDefault);
    write(out.view());
  }

  // The next message; nothing when none comes in `patience_ms` or the server has closed.
  std::optional<RtmpMessage> next(int patience_ms = 10'000) {
    while (true) {
      auto message = reader_.next(in_);
      EXPECT_TRUE(message) << "the server sent a broken chunk stream: " << message.error().reason;
      if (!message) return std::nullopt;
      if (*message) return **std::move(message);
      pollfd waiting{descriptor_, POLLIN, 0};
      if (::poll(&waiting, 1, patience_ms) != 1 || !fill()) return std::nullopt;
    }
  }
  // What the next message is, in a word: "V" and "A" are sequence headers, "key", "video" and "audio"
  // frames; a status is its code.
  std::string word(int patience_ms = 10'000) {
    last = next(patience_ms);
    if (!last) return "";
    if (last->type == RtmpType::user_control)
      return last->body[1] == 0 ? "StreamBegin" : last->body[1] == 1 ? "StreamEOF" : "pong";
    if (last->type == RtmpType::video || last->type == RtmpType::audio) {
      const bool video = last->type == RtmpType::video;
      const auto body = video ? read_flv_video(last->body) : read_flv_audio(last->body);
      if (!body) return "unreadable";
      if (body->packet == FlvPacket::config) return video ? "V" : "A";
      return video ? body->key ? "key" : "video" : "audio";
    }
    if (last->type != RtmpType::command_amf0 && last->type != RtmpType::data_amf0) return "window";
    const auto command = read_rtmp_command(*last);
    if (!command || command->name() != "onStatus") return command ? std::string(command->name()) : "";
    return std::string(command->object_at(3)->text("code"));
  }
  // Words up to and with `wanted`; empty when it does not come.
  std::vector<std::string> words_to(std::string_view wanted) {
    std::vector<std::string> out;
    while (out.empty() || out.back() != wanted) {
      out.push_back(word());
      if (out.back().empty()) return {};
    }
    return out;
  }
  std::optional<RtmpMessage> last;

 private:
  bool fill() {
    const auto got = ::recv(descriptor_, buffer_, sizeof buffer_, 0);
    in_ = Bytes(buffer_, got > 0 ? static_cast<size_t>(got) : 0);
    return !in_.empty();
  }
  void write(Bytes bytes) {
    EXPECT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  int descriptor_;
  uint8_t buffer_[65'536];
  Bytes in_;
  RtmpChunkReader reader_;
};

TEST_F(RtmpPlayTest, APlayerIsToldEverythingInOrderAndBeginsAtOnce) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player player(media_.rtmp_port());
  player.play("demo");
  const auto words = player.words_to("key");
  const std::vector<std::string> wanted{"StreamBegin",
                                        "NetStream.Play.Reset",
                                        "NetStream.Play.Start",
                                        "|RtmpSampleAccess",
                                        "onMetaData",
                                        "V",
                                        "A",
                                        "key"};
  ASSERT_GE(words.size(), wanted.size());
  EXPECT_EQ(std::vector<std::string>(words.end() - static_cast<ptrdiff_t>(wanted.size()), words.end()),
            wanted);
}

TEST_F(RtmpPlayTest, APausedPlayerGetsNothingAndGoesOnAtAKeyFrame) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player player(media_.rtmp_port());
  player.play("demo");
  ASSERT_FALSE(player.words_to("key").empty());
  player.ping(7);
  ASSERT_FALSE(player.words_to("pong").empty()) << "a ping is answered between messages";
  player.command({"pause", 0, Amf0Value(), true, 0});
  ASSERT_FALSE(player.words_to("NetStream.Pause.Notify").empty());
  player.ping(8);
  ASSERT_FALSE(player.words_to("pong").empty());
  EXPECT_EQ(player.word(500), "") << "nothing is sent to who has paused";
  player.command({"pause", 0, Amf0Value(), false, 0});
  EXPECT_EQ(player.words_to("key"),
            (std::vector<std::string>{"NetStream.Unpause.Notify", "onMetaData", "V", "A", "key"}));
  player.command({"seek", 0, Amf0Value(), 5'000});
  EXPECT_FALSE(player.words_to("NetStream.Seek.Failed").empty());
  EXPECT_FALSE(player.words_to("video").empty()) << "the picture goes on";
}

TEST_F(RtmpPlayTest, AnotherStreamAndThenTheFirstAgainPlayOnOneConnection) {
  const auto publisher = publish(key_.rtmp_url);
  const auto mute_key = *wait_on(server_.cores().at(0), media_.create_key("mute", "127.0.0.1:8080"));
  const auto mute = publish(mute_key.rtmp_url, "/dev/null", kPicture);
  ASSERT_TRUE(wait_for(StreamState::live));
  ASSERT_TRUE(wait_for(StreamState::live, "mute"));
  Player player(media_.rtmp_port());
  player.play("demo");
  ASSERT_FALSE(player.words_to("audio").empty());
  player.play("mute");
  ASSERT_FALSE(player.words_to("NetStream.Play.Start").empty());
  const std::vector<std::string> alone{"|RtmpSampleAccess", "onMetaData", "V", "key"};
  EXPECT_EQ(player.words_to("key"), alone);
  player.command({"closeStream", 0, Amf0Value()});
  ASSERT_FALSE(player.words_to("NetStream.Play.Stop").empty());
  player.play("demo");
  ASSERT_FALSE(player.words_to("NetStream.Play.Start").empty());
  EXPECT_FALSE(player.words_to("audio").empty());
  player.play("nobody");
  EXPECT_FALSE(player.words_to("NetStream.Play.StreamNotFound").empty());
  EXPECT_EQ(player.word(), "") << "and the connection is closed";
}

TEST_F(RtmpPlayTest, APublisherThatComesBackWithinTheGraceGoesOnWithFreshHeaders) {
  auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player player(media_.rtmp_port());
  player.play("demo");
  ASSERT_FALSE(player.words_to("video").empty());
  const uint32_t before_ms = player.last->time_ms;
  publisher->kill();
  ASSERT_TRUE(wait_for(StreamState::lost));
  publisher = publish(key_.rtmp_url);
  const auto words = player.words_to("onMetaData");
  ASSERT_FALSE(words.empty()) << "the player was let go";
  EXPECT_EQ(player.words_to("key"), (std::vector<std::string>{"V", "A", "key"}));
  EXPECT_GT(player.last->time_ms, before_ms) << "the stream's line goes on";
}

TEST_F(RtmpPlayTest, TheEndOfAStreamIsTold) {
  set("media.grace_ms", "100");
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player player(media_.rtmp_port());
  player.play("demo");
  ASSERT_FALSE(player.words_to("key").empty());
  publisher->kill();
  ASSERT_FALSE(player.words_to("NetStream.Play.UnpublishNotify").empty());
  EXPECT_EQ(player.word(), "StreamEOF");
  EXPECT_EQ(player.word(), "NetStream.Play.Stop");
  EXPECT_EQ(player.word(), "");
}

TEST_F(RtmpPlayTest, WhoMayNotWatchIsToldSo) {
  HttpClient staff(server_.port());
  ASSERT_EQ(staff.request("PUT", "/v1/streams/demo/access", R"({"play": "token"})").status, 200);
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player stranger(media_.rtmp_port());
  stranger.play("demo");
  EXPECT_FALSE(stranger.words_to("NetStream.Play.Failed").empty());
  const auto token = staff.post("/v1/streams/demo/play-tokens", "{}").json();
  Player guest(media_.rtmp_port());
  guest.play("demo?token=" + std::string(token.at("token").as_string()));
  EXPECT_FALSE(guest.words_to("key").empty());
}

TEST_F(RtmpPlayTest, APlayerThatTalksWithoutEndIsClosed) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  Player player(media_.rtmp_port());
  player.play("demo");
  ASSERT_FALSE(player.words_to("key").empty());
  for (int at = 0; at < 300; ++at) player.command({"receiveVideo", 0, Amf0Value(), std::string(300, 'x')});
  while (!player.word().empty()) {
  }
}

// librtmp, which many players and encoders are made of; FFmpeg has a client of its own.
TEST_F(RtmpPlayTest, LibrtmpPlaysToo) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  const std::string file = folder_.path() + "/dump.flv";
  Program dump(
      {"timeout", "-s", "KILL", "5", "rtmpdump", "--quiet", "--live", "--rtmp", url(), "--flv", file});
  dump.wait();
  const auto probed = probe_all(file, "-show_streams -show_packets");
  EXPECT_EQ(streams_of(probed).size(), 2u);
  EXPECT_GT(probed.at("packets").as_array().size(), 100u);
}

TEST_F(RtmpPlayTest, VlcPlaysToo) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  const std::string file = folder_.path() + "/vlc.ts";
  // It does not run as root.
  const std::string as_nobody = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  Program vlc({"sh", "-c",
               as_nobody + "env HOME=/tmp timeout 25 cvlc --quiet --intf dummy --run-time 4 --sout " +
                   "'#std{access=file,mux=ts,dst=-}' '" + url() + "' vlc://quit > " + file});
  vlc.wait();
  const auto probed = probe_all(file, "-show_streams -show_packets");
  EXPECT_EQ(streams_of(probed).size(), 2u);
  EXPECT_GT(probed.at("packets").as_array().size(), 100u);
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
