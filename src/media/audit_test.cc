// What staff and the command line change in media is in the audit log.
#include <gmock/gmock.h>

#include "media/test_studio.h"

namespace vitrine {
namespace {

using testing::ElementsAre;

class AuditTest : public StudioTest {
 protected:
  // A command as the program's command line gives it.
  boost::json::object command(const std::string& name, boost::json::object arguments) {
    auto task = media_.run_command(name, std::move(arguments), "127.0.0.1:8080");
    auto reply = wait_on(server_.cores().at(0), std::move(task));
    EXPECT_TRUE(reply.ok()) << name;
    return reply.ok() ? reply.value() : boost::json::object();
  }
  static std::string text(const boost::json::value& value) { return std::string(value.as_string()); }

  HttpClient staff_{server_.port()};
  const std::string by_ = " 7@127.0.0.1";
};

TEST_F(AuditTest, KeysMadeRotatedAndRevoked) {
  const auto made = staff_.post("/v1/streams/demo/keys", "", {{"Idempotency-Key", "a"}});
  ASSERT_EQ(made.status, 201) << "no body is as good as {}: " << made.body;
  const std::string first = text(made.json().at("key_id"));
  const auto rotated =
      staff_.post("/v1/streams/demo/keys/" + first + "/rotation", "", {{"Idempotency-Key", "b"}});
  ASSERT_EQ(rotated.status, 201) << rotated.body;
  const std::string second = text(rotated.json().at("key_id"));
  EXPECT_EQ(staff_.request("DELETE", "/v1/streams/demo/keys/" + second).status, 204);
  EXPECT_THAT(audit_.take(),
              ElementsAre("stream_key.create demo/" + first + by_, "stream_key.rotate demo/" + first + by_,
                          "stream_key.revoke demo/" + second + by_));
}

TEST_F(AuditTest, WhoMayWatchAndWhatSignsTokens) {
  const auto set =
      staff_.request("PUT", "/v1/streams/demo/access",
                     R"({"play":"token","referers":{"allow":["shop.example"],"deny":[],"empty":true}})");
  ASSERT_EQ(set.status, 200) << set.body;
  ASSERT_EQ(staff_.post("/v1/play-tokens/rotation", "").status, 200);
  EXPECT_EQ(staff_
                .request("PUT", "/v1/streams/demo/access",
                         R"({"referers":{"allow":["https://x/"],"deny":[],"empty":true}})")
                .slug(),
            "media.referer_pattern");
  EXPECT_THAT(audit_.take(), ElementsAre("stream.access demo" + by_, "play_signing.rotate 2" + by_))
      << "what was refused is no change";
}

TEST_F(AuditTest, WebhooksMadeChangedAndRemoved) {
  const auto made = staff_.post("/v1/webhooks", R"({"url":"https://hooks.example/x?secret=1"})",
                                {{"Idempotency-Key", "a"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = text(made.json().at("webhook"));
  ASSERT_EQ(staff_.request("PATCH", "/v1/webhooks/" + id, R"({"enabled":false})").status, 200);
  ASSERT_EQ(staff_.request("DELETE", "/v1/webhooks/" + id).status, 204);
  EXPECT_THAT(audit_.take(), ElementsAre("webhook.create " + id + by_, "webhook.change " + id + by_,
                                         "webhook.remove " + id + by_));
}

TEST_F(AuditTest, PullsMadePausedResumedAndRemoved) {
  const std::string body = R"({"stream":"ours","url":"http://127.0.0.1:1/x.flv"})";
  const auto made = staff_.post("/v1/pulls", body, {{"Idempotency-Key", "a"}});
  ASSERT_EQ(made.status, 201) << made.body;
  staff_.post("/v1/pulls", body, {{"Idempotency-Key", "a"}});  // the same once more
  const std::string id = text(made.json().at("pull_id"));
  for (const char* change :
       {R"({"paused":true})", R"({"paused":false})", R"({"url":"http://127.0.0.1:1/y.flv"})"})
    ASSERT_EQ(staff_.request("PATCH", "/v1/pulls/" + id, change).status, 200) << change;
  ASSERT_EQ(staff_.request("DELETE", "/v1/pulls/" + id).status, 204);
  const std::string subject = " ours/" + id + by_;
  EXPECT_THAT(audit_.take(),
              ElementsAre("pull.create" + subject, "pull.pause" + subject, "pull.resume" + subject,
                          "pull.change" + subject, "pull.remove" + subject));
}

TEST_F(AuditTest, AKickOfWhoeverWasThere) {
  const auto publisher = publish(key_.rtmp_url);
  ASSERT_TRUE(wait_for(StreamState::live));
  EXPECT_EQ(staff_.post("/v1/streams/demo/kick", R"({"whom":"viewers"})").slug(), "media.no_viewer");
  ASSERT_EQ(staff_.post("/v1/streams/demo/kick", R"({"whom":"publisher"})").status, 200);
  EXPECT_THAT(audit_.take(), ElementsAre("stream.kick demo/publisher" + by_));
}

TEST_F(AuditTest, TheCommandLineIsNobodysAccount) {
  const auto made = command("key-create", {{"stream", "demo"}});
  command("key-revoke", {{"stream", "demo"}, {"key_id", made.at("key_id")}});
  command("stream-access", {{"stream", "demo"}, {"play", "token"}});
  const auto pull = command("pull-add", {{"stream", "ours"}, {"url", "http://127.0.0.1:1/x.flv?token=s"}});
  EXPECT_EQ(pull.at("url"), "http://127.0.0.1:1/x.flv?...");
  const boost::json::object one{{"pull_id", pull.at("pull_id")}};
  EXPECT_EQ(command("pull-pause", one).at("state"), "paused");
  EXPECT_EQ(command("pull-list", {}).at("items").as_array().size(), 1u);
  command("pull-resume", one);
  command("pull-remove", one);
  const std::string subject = " ours/" + text(pull.at("pull_id")) + " cli";
  EXPECT_THAT(audit_.take(),
              ElementsAre("stream_key.create demo/" + text(made.at("key_id")) + " cli",
                          "stream_key.revoke demo/" + text(made.at("key_id")) + " cli",
                          "stream.access demo cli", "pull.create" + subject, "pull.pause" + subject,
                          "pull.resume" + subject, "pull.remove" + subject));
}

// A leaked key has to end even when the log is out of order.
TEST_F(AuditTest, AChangeIsMadeAlsoWhenItsLineCannotBeKept) {
  audit_.broken = true;
  const auto made = staff_.post("/v1/streams/demo/keys", "{}", {{"Idempotency-Key", "a"}});
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(staff_.request("DELETE", "/v1/streams/demo/keys/" + text(made.json().at("key_id"))).status, 204);
}

}  // namespace
}  // namespace vitrine
