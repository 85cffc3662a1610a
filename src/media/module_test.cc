#include "media/module.h"

#include "media/test_studio.h"
#include "media/test_viewer.h"

namespace vitrine {
namespace {

using std::chrono::steady_clock;

// The same stream over a WebSocket: bytes of the binary messages, joined.
class WebSocketFlv {
 public:
  WebSocketFlv(uint16_t port, const std::string& stream) : http_(port) {
    http_.write("GET /live/" + stream +
                ".flv HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    while (!head_.ends_with("\r\n\r\n")) {
      const std::string byte = http_.read_bytes(1);
      if (byte.empty()) return;
      head_ += byte;
    }
  }
  const std::string& head() const { return head_; }
  void write(std::string_view bytes) { http_.write(bytes); }
  // A frame's first byte and its payload.
  std::pair<uint8_t, std::string> frame() {
    const std::string start = http_.read_bytes(2);
    if (start.size() < 2) return {};
    uint64_t size = static_cast<uint8_t>(start[1]);
    if (size >= 126) {
      const std::string length = http_.read_bytes(size == 126 ? 2 : 8);
      size = 0;
      for (const char byte : length) size = size << 8 | static_cast<uint8_t>(byte);
    }
    return {static_cast<uint8_t>(start[0]), http_.read_bytes(size)};
  }

 private:
  HttpClient http_;
  std::string head_;
};

class MediaModuleTest : public StudioTest {};

TEST_F(MediaModuleTest, FfprobeSeesCodecsSizeAndPictureAndSoundInStep) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  const auto url = "http://127.0.0.1:" + std::to_string(server_.port()) + "/live/demo.flv";
  const auto probed = probe(url, "-show_streams -show_packets");
  std::map<std::string, boost::json::object> streams;
  for (const auto& stream : probed.at("streams").as_array())
    streams[std::string(stream.at("codec_type").as_string())] = stream.as_object();
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams["video"]["codec_name"], "h264");
  EXPECT_EQ(streams["video"]["width"], 320);
  EXPECT_EQ(streams["video"]["height"], 180);
  EXPECT_EQ(streams["audio"]["codec_name"], "aac");
  EXPECT_EQ(streams["audio"]["sample_rate"], "48000");
  std::map<std::string, std::vector<double>> times;
  for (const auto& packet : probed.at("packets").as_array())
    times[std::string(packet.at("codec_type").as_string())].push_back(
        std::stod(std::string(packet.at("dts_time").as_string())));
  for (const auto& [kind, dts] : times) {
    EXPECT_GT(dts.size(), 40u) << kind;
    EXPECT_TRUE(std::is_sorted(dts.begin(), dts.end())) << kind;
  }
  EXPECT_NEAR(times["video"].front(), times["audio"].front(), 0.1);
  EXPECT_NEAR(times["video"].back(), times["audio"].back(), 0.2);
  EXPECT_NEAR(
      (times["video"].back() - times["video"].front()) / static_cast<double>(times["video"].size() - 1), 0.04,
      0.002);
}

TEST_F(MediaModuleTest, AViewerBeginsAtOnceWithTheNewestKeyFrame) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  FlvClient viewer(server_.port(), "demo");
  EXPECT_NE(viewer.head().find("Content-Type: video/x-flv"), std::string::npos);
  EXPECT_EQ(viewer.header(), std::string("FLV\x01\x05\0\0\0\x09\0\0\0\0", 13));
  const auto metadata = viewer.next();
  ASSERT_TRUE(metadata);
  EXPECT_EQ(*metadata->metadata.find("width"), Amf0Value(320.0));
  EXPECT_TRUE(viewer.next()->config);
  EXPECT_TRUE(viewer.next()->config);
  const auto first = viewer.next();
  EXPECT_TRUE(first->type == FlvTagType::video && first->key);
  const auto first_dts = *metadata->metadata.find("vitrineFirstDts")->number();
  EXPECT_EQ(static_cast<uint32_t>(first_dts / 90), first->dts_ms);
  EXPECT_EQ(*metadata->metadata.find("vitrineEpoch")->number(),
            static_cast<double>(media_.status("demo").newest->epoch));
}

// The publisher falls silent without closing, as behind a dead line; its reconnection takes the seat.
TEST_F(MediaModuleTest, ABlackholedPublisherComesBackAndViewersSeeOneGapAndNoReconnect) {
  const auto first = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  FlvClient viewer(server_.port(), "demo");
  for (int at = 0; at < 40; ++at) ASSERT_TRUE(viewer.next());
  first->signal(SIGSTOP);
  // Refused while the first is not silent for two seconds: ffmpeg ends, and is started again.
  std::jthread retrying([&](const std::stop_token& stop) {
    auto second = publish(key_.rtmp_url);
    while (!stop.stop_requested()) {
      if (second->ended()) second = publish(key_.rtmp_url);
      std::this_thread::yield();
    }
  });
  std::map<FlvTagType, uint32_t> last;
  int gaps = 0;
  int configs = 0;
  int key_frames_after = 0;
  while (key_frames_after < 2) {
    const auto tag = viewer.next();
    ASSERT_TRUE(tag) << "the viewer was cut";
    if (tag->config) ++configs;
    if (tag->type == FlvTagType::script || tag->config) continue;
    if (last.contains(tag->type)) {
      EXPECT_GE(tag->dts_ms, last[tag->type]);
      if (tag->type == FlvTagType::video && tag->dts_ms - last[tag->type] > 1'000) {
        ++gaps;
        EXPECT_TRUE(tag->key) << "the picture goes on at a key frame";
        EXPECT_EQ(configs, 2) << "after fresh sequence headers";
      }
    }
    last[tag->type] = tag->dts_ms;
    if (gaps > 0 && tag->type == FlvTagType::video && tag->key) ++key_frames_after;
  }
  EXPECT_EQ(gaps, 1);
  EXPECT_EQ(configs, 2);
}

TEST_F(MediaModuleTest, AfterTheGraceViewersAreLetGoAndTheStreamIsGone) {
  set("media.grace_ms", "100");
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  FlvClient viewer(server_.port(), "demo");
  ASSERT_TRUE(viewer.next());
  publisher->kill();
  while (viewer.next()) {
  }
  EXPECT_TRUE(wait_for(StreamState::idle));
  HttpClient late(server_.port());
  const auto reply = late.get("/live/demo.flv");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.slug(), "media.not_live");
}

TEST_F(MediaModuleTest, AWrongKeyIsRefused) {
  const auto refused =
      publish("rtmp://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/demo?key=guess",
              folder_.path() + "/errors");
  EXPECT_NE(refused->wait(), 0);
  EXPECT_EQ(media_.status("demo").state, StreamState::idle);
  EXPECT_NE(text_of(folder_.path() + "/errors"), "");
}

TEST_F(MediaModuleTest, HalfOfFiftyViewersStallAndTheOthersGetEverything) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  std::vector<std::unique_ptr<FlvClient>> stalled;
  std::vector<std::unique_ptr<FlvClient>> reading;
  for (int at = 0; at < 25; ++at) {
    stalled.push_back(std::make_unique<FlvClient>(server_.port(), "demo"));
    reading.push_back(std::make_unique<FlvClient>(server_.port(), "demo"));
  }
  for (auto& viewer : reading) {
    std::optional<uint32_t> first_ms;
    uint32_t last_ms = 0;
    while (!first_ms || last_ms < *first_ms + 2'000) {
      const auto tag = viewer->next();
      ASSERT_TRUE(tag);
      if (tag->type != FlvTagType::video || tag->config) continue;
      if (first_ms) EXPECT_LE(tag->dts_ms - last_ms, 41u) << "a picture is missing";
      last_ms = tag->dts_ms;
      if (!first_ms) first_ms = last_ms;
    }
  }
}

// Tags by their first twelve bytes, which hold type, size and time.
std::map<std::string, std::string> tags_of(std::string bytes) {
  std::map<std::string, std::string> out;
  while (bytes.size() >= 11) {
    const Bytes at = as_bytes(bytes);
    const size_t size = 15 + (static_cast<size_t>(at[1]) << 16 | static_cast<size_t>(at[2]) << 8 | at[3]);
    if (bytes.size() < size) break;
    out[bytes.substr(0, 12)] = bytes.substr(0, size);
    bytes.erase(0, size);
  }
  return out;
}

TEST_F(MediaModuleTest, WebSocketMessagesJoinedAreTheBytesOfHttp) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  HttpClient http(server_.port());
  http.write("GET /live/demo.flv HTTP/1.1\r\nHost: localhost\r\n\r\n");
  WebSocketFlv web(server_.port(), "demo");
  ASSERT_TRUE(web.head().starts_with("HTTP/1.1 101"));
  const auto [header_kind, header] = web.frame();
  EXPECT_EQ(header_kind, 0x82);
  EXPECT_EQ(header.substr(0, 3), "FLV");
  std::string web_bytes;
  while (web_bytes.size() < 100'000) {
    const auto [kind, payload] = web.frame();
    ASSERT_EQ(kind, 0x82);
    web_bytes += payload;
  }
  const std::string http_bytes = http.read_bytes(100'000);
  const auto http_tags = tags_of(http_bytes.substr(http_bytes.find(header) + header.size()));
  size_t common = 0;
  for (const auto& [name, tag] : tags_of(web_bytes)) {
    const auto same = http_tags.find(name);
    if (same == http_tags.end()) continue;
    ++common;
    EXPECT_EQ(tag, same->second);
  }
  EXPECT_GT(common, 20u);
}

TEST_F(MediaModuleTest, AWebSocketPingIsAnsweredBetweenTags) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  WebSocketFlv web(server_.port(), "demo");
  web.write(std::string_view("\x89\x82\0\0\0\0hi", 8));
  for (;;) {
    const auto [kind, payload] = web.frame();
    ASSERT_NE(kind, 0) << "the viewer was cut";
    if (kind == 0x82) continue;
    EXPECT_EQ(kind, 0x8a);
    EXPECT_EQ(payload, "hi");
    break;
  }
}

TEST_F(MediaModuleTest, TheApiShowsAStreamAndItsPublisher) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  HttpClient staff(server_.port());
  boost::json::value stream;
  const auto deadline = steady_clock::now() + kPatience;
  do {
    stream = staff.get("/v1/streams/demo").json();
    ASSERT_LT(steady_clock::now(), deadline);
  } while (stream.at("publisher").at("fps").to_number<double>() < 20);
  EXPECT_EQ(stream.at("state"), "live");
  EXPECT_EQ(stream.at("publisher").at("width"), 320);
  EXPECT_EQ(stream.at("publisher").at("video_codec"), "h264");
  EXPECT_EQ(stream.at("publisher").at("audio_codec"), "aac");
  EXPECT_GT(stream.at("media_time").at("pts90k").as_int64(), 0);
  EXPECT_EQ(staff.get("/v1/streams").json().at("items").as_array().size(), 1u);
  EXPECT_EQ(staff.get("/v1/streams/other").json().at("state"), "idle");
  // Gathered once a second.
  while (render_metrics(server_.metrics()).find("vitrine_stream_live{stream=\"demo\"} 1") ==
         std::string::npos)
    ASSERT_LT(steady_clock::now(), deadline);
}

TEST_F(MediaModuleTest, AKeyMadeByTheApiIsShownOnceListedAndRevoked) {
  HttpClient staff(server_.port());
  const HttpClient::Headers once{{"Idempotency-Key", "k1"}};
  const auto made = staff.post("/v1/streams/shop/keys", "{}", once);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto shown = made.json();
  EXPECT_EQ(std::string(shown.at("rtmp_stream_key").as_string()),
            "shop?key=" + std::string(shown.at("key").as_string()));
  EXPECT_EQ(staff.post("/v1/streams/shop/keys", "{}", once).slug(), "media.key_shown_once");
  auto listed = staff.get("/v1/streams/shop/keys").json().at("items").as_array();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].at("key_id"), made.json().at("key_id"));
  const std::string path = "/v1/streams/shop/keys/" + std::string(listed[0].at("key_id").as_string());
  EXPECT_EQ(staff.request("DELETE", path).status, 204);
  EXPECT_EQ(staff.request("DELETE", path).slug(), "stream_key.none");
  EXPECT_TRUE(staff.get("/v1/streams/shop/keys").json().at("items").as_array().empty());
}

TEST_F(MediaModuleTest, AKeyMadeByACommandSaysWhereToSend) {
  EXPECT_EQ(key_.rtmp_url,
            "rtmp://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/demo?key=" + key_.key);
  EXPECT_EQ(key_.rtmp_stream_key, "demo?key=" + key_.key);
  const auto bad = wait_on(server_.cores().at(0), media_.create_key("no spaces", "localhost"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "stream.name");
}

}  // namespace
}  // namespace vitrine