// Who may publish and play, through the whole module: HTTP, RTMP and a real encoder.
#include "contract/audience.h"
#include "media/test_studio.h"
#include "runtime/guarded.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

using std::chrono::steady_clock;

class AccessTest : public StudioTest {
 protected:
  AccessTest() { staff_.emplace(server_.port()); }

  std::unique_ptr<Program> publish_with(const std::string& key) { return publish(url() + "?key=" + key); }
  std::string url() { return "rtmp://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/demo"; }
  // Status and slug of the answer to a viewer while nobody publishes.
  std::string play(const std::string& query = "", const HttpClient::Headers& headers = {}) {
    HttpClient viewer(server_.port());
    std::string request = "GET /live/demo.flv" + query + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    viewer.write(request + "\r\n");
    const ClientReply reply = viewer.read_reply();
    return std::to_string(reply.status) + " " + reply.slug();
  }
  std::string play_websocket(const std::string& query = "") {
    return play(query, {{"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Version", "13"},
                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  }
  std::string token(const std::string& body = "{}") {
    const auto reply = staff_->post("/v1/streams/demo/play-tokens", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return "?token=" + std::string(reply.json().at("token").as_string());
  }
  void set_access(const std::string& body) {
    const auto reply = staff_->request("PUT", "/v1/streams/demo/access", body);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  void configure(const std::vector<std::pair<std::string, std::string>>& settings) {
    for (const auto& [name, value] : settings) set(name, value);
  }

  std::optional<HttpClient> staff_;
};

// Nobody publishes in most of these tests: who is let in then gets 404, who is not gets 403.
constexpr const char* kLetIn = "404 media.not_live";

TEST_F(AccessTest, AnOpenStreamAsksForNothing) {
  EXPECT_EQ(play(), kLetIn);
  EXPECT_EQ(play_websocket(), kLetIn);
}

TEST_F(AccessTest, AStreamByTokenPlaysWithOneInEveryProtocol) {
  set_access(R"({"play": "token"})");
  EXPECT_EQ(play(), "403 play.token_missing");
  EXPECT_EQ(play_websocket(), "403 play.token_missing");
  EXPECT_EQ(play("?token=guess"), "403 play.token_invalid");
  EXPECT_EQ(play(token()), kLetIn);
  EXPECT_EQ(play_websocket(token()), kLetIn);
  set_access(R"({"play": "open"})");
  EXPECT_EQ(play(), kLetIn);
}

// What a player of another kind is told: RTMP has no status 403, so the connection says no and ends.
TEST_F(AccessTest, RtmpPlayAsksTheSameGate) {
  set_access(R"({"play": "token"})");
  const auto publisher = publish_with(key_.key);
  ASSERT_TRUE(wait_for(StreamState::live));
  const auto probe_status = [&](const std::string& query) {
    return Program({"sh", "-c", "timeout 20 ffprobe -v error '" + url() + query + "' >/dev/null"}).wait();
  };
  EXPECT_NE(probe_status(""), 0);
  EXPECT_NE(probe_status("?token=guess"), 0);
  EXPECT_EQ(probe_status(token()), 0);
}

TEST_F(AccessTest, TheInstallationsRuleHoldsWhereAStreamHasNone) {
  configure({{"media.play_default", "token"}});
  EXPECT_EQ(play(), "403 play.token_missing");
  set_access(R"({"play": "open"})");
  EXPECT_EQ(play(), kLetIn);
  set_access(R"({"play": null})");
  EXPECT_EQ(play(), "403 play.token_missing");
}

TEST_F(AccessTest, ATokenBoundToAnAddressOrAnotherStreamIsRefused) {
  set_access(R"({"play": "token"})");
  EXPECT_EQ(play(token(R"({"address": "127.0.0.1"})")), kLetIn);
  EXPECT_EQ(play(token(R"({"address": "192.0.2.7"})")), "403 play.token_invalid");
  const auto other = staff_->post("/v1/streams/other/play-tokens", "{}").json();
  EXPECT_EQ(play("?token=" + std::string(other.at("token").as_string())), "403 play.token_invalid");
  EXPECT_EQ(staff_->post("/v1/streams/demo/play-tokens", R"({"address": "here"})").slug(), "play.address");
  EXPECT_EQ(staff_->post("/v1/streams/demo/play-tokens", R"({"viewer": "a|b"})").slug(), "play.viewer");
}

TEST_F(AccessTest, RotatingTheSecretTwiceEndsEveryToken) {
  set_access(R"({"play": "token"})");
  const std::string before = token();
  EXPECT_EQ(staff_->post("/v1/play-tokens/rotation", "").json().at("generation"), 2);
  EXPECT_EQ(play(before), kLetIn);
  const std::string between = token();
  EXPECT_EQ(staff_->post("/v1/play-tokens/rotation", "").json().at("generation"), 3);
  EXPECT_EQ(play(before), "403 play.token_invalid");
  EXPECT_EQ(play(between), kLetIn);
}

TEST_F(AccessTest, WhatWasSetHoldsAfterARestart) {
  set_access(R"({"play": "token", "referers": {"allow": ["shop.example"], "deny": [], "empty": true}})");
  const std::string made = token();
  media_.drain();
  media_.stop();
  TestServer again({.cores = 1, .authenticator = as_host, .more_keys = media_config_keys()});
  MediaModule reopened({.cores = again.cores(),
                        .router = again.router(),
                        .clock = again.clock(),
                        .random = random_,
                        .ids = ids_,
                        .data_directory = folder_.path(),
                        .database_url = test_database_url(folder_.path()),
                        .metrics = again.metrics()});
  again.start();
  ASSERT_TRUE(reopened.start());
  HttpClient viewer(again.port());
  EXPECT_EQ(viewer.get("/live/demo.flv").slug(), "play.token_missing");
  EXPECT_EQ(viewer.get("/live/demo.flv" + made).slug(), "media.not_live");
  EXPECT_EQ(viewer.get("/live/demo.flv" + made, {{"Referer", "https://other.example/"}}).slug(),
            "play.referer");
  reopened.drain();
  reopened.stop();
}

TEST_F(AccessTest, PagesOfOtherSitesAreKeptOutByTheInstallationOrTheStream) {
  const HttpClient::Headers leech{{"Referer", "https://leech.example/watch"}};
  const HttpClient::Headers shop{{"Referer", "https://m.shop.example/"}};
  EXPECT_EQ(play("", leech), kLetIn);
  configure({{"media.referers_allowed", "*.shop.example"}});
  EXPECT_EQ(play("", leech), "403 play.referer");
  EXPECT_EQ(play("", shop), kLetIn);
  EXPECT_EQ(play("", {{"Referer", "http://localhost/r/demo"}}), kLetIn) << "a page of our own";
  EXPECT_EQ(play("", {{"Origin", "https://leech.example"}}), "403 play.referer") << "a WebSocket's page";
  set_access(R"({"referers": {"allow": [], "deny": ["*.shop.example"], "empty": false}})");
  EXPECT_EQ(play("", leech), kLetIn);
  EXPECT_EQ(play("", shop), "403 play.referer");
  EXPECT_EQ(play(), "403 play.referer");
  const auto wrong =
      staff_->request("PUT", "/v1/streams/demo/access",
                      R"({"referers": {"allow": ["a.example", "https://b"], "deny": [], "empty": true}})");
  EXPECT_EQ(wrong.slug(), "media.referer_pattern");
  EXPECT_EQ(wrong.json().at("field"), "/referers/allow/1");
}

TEST_F(AccessTest, ACdnsSignedUrlsAreMadeAndTaken) {
  set_access(R"({"play": "token"})");
  for (const std::string format : {"aliyun_a", "huawei_a", "tencent", "huawei_d"}) {
    configure({{"media.signed_url", format},
               {"media.signed_url_key", "cdn secret"},
               {"media.cdn_url", "https://pull.example/"}});
    const auto made = staff_->post("/v1/streams/demo/play-tokens", "{}").json();
    const std::string url(made.at("cdn_flv_url").as_string());
    ASSERT_TRUE(url.starts_with("https://pull.example/live/demo.flv?")) << url;
    const std::string query = url.substr(url.find('?'));
    EXPECT_EQ(play(query), kLetIn) << url;
    EXPECT_EQ(play(query.substr(0, query.size() - 1)), "403 play.token_invalid") << format;
    configure({{"media.signed_url_key", "another"}});
    EXPECT_EQ(play(query), "403 play.token_invalid") << format;
    configure({{"media.signed_url_previous_key", "cdn secret"}});
    EXPECT_EQ(play(query), kLetIn) << format;
    configure({{"media.signed_url", "none"}, {"media.signed_url_previous_key", ""}});
    EXPECT_EQ(play(query), "403 play.token_missing") << format;
  }
}

TEST_F(AccessTest, OnlyAStreamsNameHasRules) {
  EXPECT_EQ(staff_->request("PUT", "/v1/streams/no%20name/access", "{}").slug(), "stream.name");
  EXPECT_EQ(staff_->get("/v1/streams/no%20name/access").slug(), "stream.name");
}

TEST_F(AccessTest, ARevokedKeyEndsItsPublisher) {
  const auto publisher = publish_with(key_.key);
  ASSERT_TRUE(wait_for(StreamState::live));
  const auto listed = staff_->get("/v1/streams/demo/keys").json().at("items").as_array();
  EXPECT_EQ(listed[0].at("in_use"), true);
  const std::string path = "/v1/streams/demo/keys/" + std::string(listed[0].at("key_id").as_string());
  const auto revoked_at = steady_clock::now();
  EXPECT_EQ(staff_->request("DELETE", path).status, 204);
  ASSERT_TRUE(wait_for(StreamState::lost));
  EXPECT_LT(steady_clock::now() - revoked_at, std::chrono::seconds(2));
  EXPECT_NE(publisher->wait(), 0);
  EXPECT_NE(publish_with(key_.key)->wait(), 0) << "and does not come back";
}

TEST_F(AccessTest, ARotatedKeyEndsItsPublisherWhenTheOverlapIsOver) {
  const auto publisher = publish_with(key_.key);
  ASSERT_TRUE(wait_for(StreamState::live));
  const auto listed = staff_->get("/v1/streams/demo/keys").json().at("items").as_array();
  const std::string path =
      "/v1/streams/demo/keys/" + std::string(listed[0].at("key_id").as_string()) + "/rotation";
  const auto rotated = staff_->post(path, R"({"overlap_s": 1})", {{"Idempotency-Key", "r1"}});
  ASSERT_EQ(rotated.status, 201) << rotated.body;
  EXPECT_EQ(staff_->post(path, R"({"overlap_s": 1})", {{"Idempotency-Key", "r1"}}).slug(),
            "media.key_shown_once");
  ASSERT_TRUE(wait_for(StreamState::lost));
  EXPECT_NE(publisher->wait(), 0);
  const auto next = publish_with(std::string(rotated.json().at("key").as_string()));
  EXPECT_TRUE(wait_for(StreamState::live));
}

TEST_F(AccessTest, PublisherAndViewersAreSentAway) {
  EXPECT_EQ(staff_->post("/v1/streams/demo/kick", R"({"whom": "publisher"})").slug(), "publish.none");
  EXPECT_EQ(staff_->post("/v1/streams/demo/kick", R"({"whom": "viewers"})").slug(), "media.no_viewer");
  const auto publisher = publish_with(key_.key);
  ASSERT_TRUE(wait_for(StreamState::live));
  std::vector<std::unique_ptr<HttpClient>> viewers;
  for (int at = 0; at < 3; ++at) {
    viewers.push_back(std::make_unique<HttpClient>(server_.port()));
    viewers.back()->write("GET /live/demo.flv" + token(R"({"viewer": "gst_)" + std::to_string(at) + R"("})") +
                          " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    viewers.back()->read_bytes(1'000);
  }
  const auto listed = staff_->get("/v1/streams/demo/viewers?limit=2").json();
  ASSERT_EQ(listed.at("items").as_array().size(), 2u);
  EXPECT_EQ(listed.at("items").at(0).at("protocol"), "http-flv");
  EXPECT_EQ(listed.at("items").at(0).at("address"), "127.0.0.1");
  const std::string second(listed.at("items").at(1).at("viewer_id").as_string());
  const auto rest = staff_->get("/v1/streams/demo/viewers?cursor=" + second).json();
  EXPECT_EQ(rest.at("items").as_array().size(), 1u);

  const auto one =
      staff_->post("/v1/streams/demo/kick", R"({"whom": "viewer", "viewer_id": ")" + second + R"("})");
  EXPECT_EQ(one.json().at("viewers"), 1) << one.body;
  while (!viewers[1]->read_bytes(4'096).empty()) {
  }
  EXPECT_FALSE(viewers[0]->read_bytes(1).empty());
  const auto all = staff_->post("/v1/streams/demo/kick", R"({"whom": "all"})");
  EXPECT_EQ(all.json().at("viewers"), 2);
  EXPECT_EQ(all.json().at("publishers"), 1);
  EXPECT_NE(publisher->wait(), 0);
}

// What rooms would say, as the test wants it.
class TestAudience final : public AudiencePort {
 public:
  bool restricted(const std::string&) const override { return closed; }
  bool guards(const std::string&) const override { return true; }
  bool may_watch(const Watcher& watcher) const override {
    return out.with([&](const std::string& name) { return watcher.viewer != name; }) &&
           (watcher.vouched || !closed);
  }
  std::atomic<bool> closed{false};
  Guarded<std::string> out{"nobody"};
};

class AudienceTest : public AccessTest {
 protected:
  AudienceTest() { media_.set_audience(audience_); }
  ~AudienceTest() override {
    media_.drain();
    media_.stop();
  }
  // Reads on until the server ends it; answers how long that took.
  static std::chrono::steady_clock::duration end_of(HttpClient& viewer) {
    const auto began = steady_clock::now();
    while (!viewer.read_bytes(4'096).empty()) {
    }
    return steady_clock::now() - began;
  }
  TestAudience audience_;
};

TEST_F(AudienceTest, AClosedRoomsStreamIsByTokenAndOfWhomTheRoomLetsIn) {
  audience_.closed = true;
  EXPECT_EQ(play(), "403 play.token_missing");
  EXPECT_EQ(play_websocket(), "403 play.token_missing");
  const std::string mine = token(R"({"viewer": "gst_1"})");
  EXPECT_EQ(play(mine), kLetIn);
  audience_.out.with([](std::string& name) { name = "gst_1"; });
  EXPECT_EQ(play(mine), "403 play.outside");
  EXPECT_EQ(play_websocket(mine), "403 play.outside");
  EXPECT_EQ(play(token(R"({"viewer": "gst_2"})")), kLetIn);
}

TEST_F(AudienceTest, ABannedViewersTokenIsRefusedOnAnOpenStreamToo) {
  const std::string mine = token(R"({"viewer": "gst_1"})");
  EXPECT_EQ(play(mine), kLetIn);
  audience_.out.with([](std::string& name) { name = "gst_1"; });
  EXPECT_EQ(play(mine), "403 play.outside");
  EXPECT_EQ(play("?token=changed"), kLetIn) << "an open stream needs none: it is nobody's";
  audience_.out.with([](std::string& name) { name.clear(); });
  EXPECT_EQ(play(), "403 play.outside") << "as DoorBook says of a banned address";
}

// Nobody waits for a time here: the picture is read until it ends.
TEST_F(AudienceTest, WhoMayNoLongerWatchIsCutWithinFiveSecondsAndTheOthersGoOn) {
  const auto publisher = publish_with(key_.key);
  ASSERT_TRUE(wait_for(StreamState::live));
  HttpClient banned(server_.port());
  HttpClient other(server_.port());
  for (auto [viewer, name] : {std::pair{&banned, "gst_1"}, std::pair{&other, "gst_2"}}) {
    const std::string named = token(R"({"viewer": ")" + std::string(name) + R"("})");
    viewer->write("GET /live/demo.flv" + named + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_EQ(viewer->read_bytes(1'000).size(), 1'000u);
  }
  audience_.out.with([](std::string& name) { name = "gst_1"; });
  EXPECT_LT(end_of(banned), std::chrono::seconds(5));
  EXPECT_FALSE(other.read_bytes(4'096).empty());
}

}  // namespace
}  // namespace vitrine
