// Streams pulled from servers that are not ours, from a second one that is, and given back to players.
#include <gtest/gtest.h>

#include "media/test_studio.h"
#include "testing/nginx_rtmp.h"
#include "testing/postgres_server.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

// A second installation of ours.
class OtherStudio {
 public:
  OtherStudio() {
    std::string fault;
    EXPECT_TRUE(door_->configure({.certificate = certificate_.certificate, .key = certificate_.key}, fault))
        << fault;
    server_.start();
    EXPECT_TRUE(media_.start());
    key_ = *wait_on(server_.cores().at(0), media_.create_key("origin", "127.0.0.1:1"));
  }
  ~OtherStudio() {
    media_.drain();
    media_.stop();
  }
  const std::string& publish_url() const { return key_.rtmp_url; }
  std::string flv_url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(server_.port()) + "/live/origin.flv";
  }
  std::string rtmp_url(const std::string& scheme = "rtmp") const {
    return scheme + "://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/origin";
  }

 private:
  TestFolder folder_;
  TestCertificate certificate_{folder_.path(), "origin"};
  prometheus::Registry tls_metrics_;
  std::shared_ptr<TlsDoor> door_ = std::make_shared<TlsDoor>(tls_metrics_);
  SystemRandom random_;
  TestServer server_{{.cores = 1, .authenticator = as_host, .more_keys = media_config_keys(), .tls = door_}};
  IdSource ids_{server_.clock(), random_};
  MediaModule media_{{.cores = server_.cores(),
                      .router = server_.router(),
                      .clock = server_.clock(),
                      .random = random_,
                      .ids = ids_,
                      .data_directory = folder_.path(),
                      .database_url = test_database_url(folder_.path()),
                      .metrics = server_.metrics(),
                      .rtmp = {.name = "rtmp", .tls = door_}}};
  CreatedStreamKey key_;
};

class PullTest : public StudioTest {
 protected:
  void SetUp() override { set("net.private_destinations", "127.0.0.0/8,::1"); }

  ClientReply create(const std::string& stream, const std::string& url, const std::string& once = "k1") {
    return staff_.post("/v1/pulls", R"({"stream":")" + stream + R"(","url":")" + url + R"("})",
                       {{"Idempotency-Key", once}});
  }
  // The one pull there is, once it is in that state.
  boost::json::value wait_for_pull(std::string_view state) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto item = staff_.get("/v1/pulls").json().at("items").at(0);
      if (item.at("state").as_string() == state) return item;
    }
    ADD_FAILURE() << "the pull is not " << state << ": " << staff_.get("/v1/pulls").body;
    return {};
  }
  std::string flv_url(const std::string& stream) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/live/" + stream + ".flv";
  }
  std::string rtmp_url(const std::string& stream) const {
    return "rtmp://127.0.0.1:" + std::to_string(media_.rtmp_port()) + "/live/" + stream;
  }
  // Both kinds, with times that go on evenly.
  void expect_both_in_step(const std::string& url) {
    const auto probed = probe(url, "-show_streams -show_packets");
    EXPECT_EQ(probed.at("streams").as_array().size(), 2u);
    std::map<std::string, std::vector<double>> times;
    for (const auto& packet : probed.at("packets").as_array())
      times[std::string(packet.at("codec_type").as_string())].push_back(
          std::stod(std::string(packet.at("dts_time").as_string())));
    const auto& video = times["video"];
    ASSERT_GT(video.size(), 40u);
    for (size_t at = 1; at < video.size(); ++at) EXPECT_NEAR(video[at] - video[at - 1], 0.04, 0.002) << at;
    EXPECT_NEAR(video.back(), times["audio"].back(), 0.3);
  }

  // The module as it starts again over the same data.
  struct Again {
    explicit Again(PullTest& test)
        : media({.cores = server.cores(),
                 .router = server.router(),
                 .clock = server.clock(),
                 .random = random,
                 .ids = ids,
                 .data_directory = test.folder_.path(),
                 .database_url = test_database_url(test.folder_.path()),
                 .metrics = server.metrics()}) {
      server.start();
      EXPECT_TRUE(media.start());
    }
    ~Again() {
      media.drain();
      media.stop();
    }
    bool wait_until_live(const std::string& stream) {
      const auto deadline = std::chrono::steady_clock::now() + kPatience;
      while (media.status(stream).state != StreamState::live) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
      }
      return true;
    }
    SystemRandom random;
    TestServer server{{.cores = 1,
                       .authenticator = as_host,
                       .more_keys = media_config_keys(),
                       .settings = {{"net.private_destinations", "127.0.0.0/8"}}}};
    IdSource ids{server.clock(), random};
    MediaModule media;
  };

  HttpClient staff_{server_.port()};
};

TEST_F(PullTest, AStreamOfNginxBecomesOurs) {
  const uint16_t port = free_port();
  const NginxRtmp source(folder_.path(), port, "");
  const std::string theirs = "rtmp://127.0.0.1:" + std::to_string(port) + "/live/theirs";
  ASSERT_EQ(create("ours", theirs + "?token=secret").status, 201);
  wait_for_pull("waiting");  // nobody publishes there yet
  const auto publisher = publish(theirs);
  ASSERT_TRUE(wait_for(StreamState::live, "ours"));
  const auto pull = wait_for_pull("live");
  EXPECT_EQ(std::string(pull.at("url").as_string()), theirs + "?...");
  expect_both_in_step(rtmp_url("ours"));
  expect_both_in_step(flv_url("ours"));
}

TEST_F(PullTest, ASecondServerOfOursIsPulledByHttpFlvAndByRtmp) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  ASSERT_EQ(create("by_flv", origin.flv_url()).status, 201);
  ASSERT_EQ(create("by_rtmp", origin.rtmp_url(), "k2").status, 201);
  ASSERT_TRUE(wait_for(StreamState::live, "by_flv"));
  ASSERT_TRUE(wait_for(StreamState::live, "by_rtmp"));
  expect_both_in_step(flv_url("by_flv"));
  expect_both_in_step(flv_url("by_rtmp"));
}

// In a network of our own anybody's certificate will do; on the Internet only one that is vouched for.
TEST_F(PullTest, RtmpsAndHttpsArePulledThroughTls) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  ASSERT_EQ(create("by_https", origin.flv_url("https")).status, 201);
  ASSERT_EQ(create("by_rtmps", origin.rtmp_url("rtmps"), "k2").status, 201);
  ASSERT_TRUE(wait_for(StreamState::live, "by_https"));
  ASSERT_TRUE(wait_for(StreamState::live, "by_rtmps"));
  expect_both_in_step(rtmp_url("by_https"));
  expect_both_in_step(rtmp_url("by_rtmps"));
}

// The source dies and comes back; a viewer of ours stays attached and sees the picture go on.
TEST_F(PullTest, AKilledSourceComesBackWithViewersStillAttached) {
  const uint16_t port = free_port();
  const std::string theirs = "rtmp://127.0.0.1:" + std::to_string(port) + "/live/theirs";
  auto source = std::make_unique<NginxRtmp>(folder_.path(), port, "");
  auto publisher = publish(theirs);
  const auto publish_again = [&] {
    if (publisher->ended()) publisher = publish(theirs);
  };
  ASSERT_EQ(create("ours", theirs).status, 201);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (media_.status("ours").state != StreamState::live) {
    publish_again();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  HttpClient viewer(server_.port());
  viewer.write("GET /live/ours.flv HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(viewer.read_bytes(20'000).size(), 20'000u);
  source.reset();
  ASSERT_TRUE(wait_for(StreamState::lost, "ours"));
  source = std::make_unique<NginxRtmp>(folder_.path(), port, "");
  while (media_.status("ours").state != StreamState::live) {
    publish_again();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  EXPECT_EQ(viewer.read_bytes(50'000).size(), 50'000u) << "the viewer was let go";
  EXPECT_GE(wait_for_pull("live").at("connections").as_int64(), 2);
}

TEST_F(PullTest, APublisherTakesTheSeatAndThePullWaits) {
  const OtherStudio origin;
  const auto far = publish(origin.publish_url());
  ASSERT_EQ(create("demo", origin.flv_url()).status, 201);
  wait_for_pull("live");
  const auto near = publish(key_.rtmp_url);
  EXPECT_EQ(wait_for_pull("waiting").at("error"), "publish.busy");
  EXPECT_FALSE(near->ended());
  near->kill();
  wait_for_pull("live");
}

TEST_F(PullTest, AnAddressOfOurOwnNetworkIsNotPulledUnlessNamed) {
  set("net.private_destinations", "");
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  for (const std::string& url :
       {origin.flv_url(), origin.rtmp_url(), std::string("http://localhost:1/x.flv"),
        std::string("http://[::1]:1/x.flv"), std::string("http://169.254.169.254/x")}) {
    const auto made = create("ours", url, url);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(wait_for_pull("waiting").at("error"), "pull.address") << url;
    const std::string id(made.json().at("pull_id").as_string());
    EXPECT_EQ(staff_.request("DELETE", "/v1/pulls/" + id).status, 204);
  }
}

// A server that answers what the test says and counts who comes.
TEST_F(PullTest, RedirectsAreFollowedThreeTimesAndNoMore) {
  TestServer server({.cores = 1});
  std::atomic<int> asked{0};
  auto answer = [&asked](Call) -> Task<Reply<HttpResponse>> {
    ++asked;
    HttpResponse response;
    response.status = 302;
    response.headers.set("Location", "/live/again.flv");
    co_return response;
  };
  server.router().add<NoBody, HttpResponse>(
      {.path = "/live/again.flv", .operation = "again", .tag = "test", .summary = "moves on"}, answer);
  server.start();
  ASSERT_EQ(create("ours", "http://127.0.0.1:" + std::to_string(server.port()) + "/live/again.flv").status,
            201);
  EXPECT_EQ(wait_for_pull("waiting").at("error"), "pull.redirects");
  EXPECT_GE(asked, 4);
}

TEST_F(PullTest, ARemovedPullEndsAndAPullIsMadeOnce) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  const auto made = create("ours", origin.flv_url());
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(create("ours", origin.flv_url()).json().at("pull_id"), made.json().at("pull_id"))
      << "the same key is the same pull";
  EXPECT_EQ(create("ours", origin.rtmp_url(), "k2").slug(), "pull.exists");
  EXPECT_EQ(create("ours", "ftp://host/x", "k3").slug(), "pull.url");
  EXPECT_EQ(create("no spaces", origin.flv_url(), "k4").slug(), "stream.name");
  wait_for_pull("live");
  const std::string path = "/v1/pulls/" + std::string(made.json().at("pull_id").as_string());
  EXPECT_EQ(staff_.request("DELETE", path).status, 204);
  EXPECT_NE(media_.status("ours").state, StreamState::live);
  EXPECT_TRUE(staff_.get("/v1/pulls").json().at("items").as_array().empty());
  EXPECT_EQ(staff_.request("DELETE", path).slug(), "pull.none");
}

// The picture was not fit to be shown: it ends now, and does not come back by itself, not after a restart
// either. Staff let it go on.
TEST_F(PullTest, AKickedPullIsPausedUntilItIsResumed) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  const std::string id(create("ours", origin.flv_url()).json().at("pull_id").as_string());
  wait_for_pull("live");
  const auto stream = staff_.get("/v1/streams/ours").json();
  EXPECT_EQ(stream.at("publisher").at("pull_id").as_string(), id);
  EXPECT_TRUE(stream.at("publisher").at("client").as_string().starts_with("pull http://127.0.0.1:"));

  const auto kicked = staff_.post("/v1/streams/ours/kick", R"({"whom":"publisher"})");
  EXPECT_EQ(kicked.json().at("publishers"), 1) << kicked.body;
  EXPECT_EQ(kicked.json().at("paused_pulls").at(0).as_string(), id);
  EXPECT_EQ(wait_for_pull("paused").at("paused_by"), "kicked");
  EXPECT_NE(media_.status("ours").state, StreamState::live);
  EXPECT_EQ(staff_.post("/v1/streams/ours/kick", R"({"whom":"publisher"})").slug(), "publish.none");

  staff_.request("PATCH", "/v1/pulls/" + id, R"({"paused":false})");
  wait_for_pull("live");
}

TEST_F(PullTest, APausedPullStaysPausedOverARestartAndMayGetAnotherUrl) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  const std::string path =
      "/v1/pulls/" +
      std::string(create("ours", "http://127.0.0.1:1/live/x.flv").json().at("pull_id").as_string());
  EXPECT_EQ(staff_.request("PATCH", path, R"({"paused":true})").json().at("paused_by"), "staff");
  media_.drain();
  media_.stop();

  Again again(*this);
  HttpClient staff(again.server.port());
  EXPECT_EQ(staff.get("/v1/pulls").json().at("items").at(0).at("state"), "paused");
  EXPECT_EQ(staff.request("PATCH", path, R"({"url":"ftp://host/x"})").slug(), "pull.url");
  const auto changed =
      staff.request("PATCH", path, R"({"paused":false,"url":")" + origin.flv_url() + R"("})");
  EXPECT_EQ(changed.json().at("url").as_string(), origin.flv_url()) << changed.body;
  EXPECT_TRUE(again.wait_until_live("ours"));
  EXPECT_EQ(staff.request("PATCH", "/v1/pulls/pul_0000000000001", R"({"paused":true})").slug(), "pull.none");
}

// What signs a URL is nobody's business who gets hold of a copy of the database.
TEST_F(PullTest, AUrlIsStoredSealedAndShownWithoutItsQuery) {
  const auto made = create("ours", "rtmp://127.0.0.1:1/live/x?token=opensesame");
  EXPECT_EQ(made.json().at("url"), "rtmp://127.0.0.1:1/live/x?...");
  EXPECT_EQ(made.body.find("opensesame"), std::string::npos);
  EXPECT_EQ(staff_.get("/v1/pulls").body.find("opensesame"), std::string::npos);
  media_.drain();
  media_.stop();
  for (const auto& file : std::filesystem::directory_iterator(folder_.path() + "/db"))
    EXPECT_EQ(text_of(file.path()).find("opensesame"), std::string::npos) << file.path();
}

TEST_F(PullTest, WebhooksHearOfAPullAsOfAPublisher) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  TestServer hook({.cores = 1});
  Guarded<std::vector<boost::json::value>> told;
  auto take = [&told](Call, RawBody body) -> Task<Reply<HttpResponse>> {
    told.with([&](auto& all) { all.push_back(boost::json::parse(body.bytes)); });
    HttpResponse answer;
    answer.status = 204;
    co_return answer;
  };
  hook.router().add<RawBody, HttpResponse>(
      {.method = HttpMethod::post, .path = "/hook", .operation = "hook", .tag = "t", .summary = "s"}, take);
  hook.start();
  staff_.post("/v1/webhooks", R"({"url":"http://127.0.0.1:)" + std::to_string(hook.port()) + R"(/hook"})",
              {{"Idempotency-Key", "w"}});
  const std::string id(create("ours", origin.flv_url()).json().at("pull_id").as_string());
  wait_for_pull("live");
  staff_.request("DELETE", "/v1/pulls/" + id);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto count = [&] { return told.with([](const auto& all) { return all.size(); }); };
  while (count() < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_EQ(count(), 2u);
  const auto events = told.with([](const auto& all) { return all; });
  const bool in_order = events[0].at("kind") == "stream.published";
  const auto& began = events[in_order ? 0 : 1];
  const auto& ended = events[in_order ? 1 : 0];
  EXPECT_EQ(began.at("pull_id").as_string(), id);
  EXPECT_FALSE(began.as_object().contains("key_id"));
  EXPECT_EQ(ended.at("reason"), "pull_ended");
  EXPECT_EQ(ended.at("publish"), began.at("publish"));
}

TEST_F(PullTest, ARestartGoesOnPulling) {
  const OtherStudio origin;
  const auto publisher = publish(origin.publish_url());
  ASSERT_EQ(create("ours", origin.rtmp_url()).status, 201);
  wait_for_pull("live");
  media_.drain();
  media_.stop();

  Again again(*this);
  EXPECT_TRUE(again.wait_until_live("ours"));
}

}  // namespace
}  // namespace vitrine
