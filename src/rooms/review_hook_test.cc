// The merchant's checker: what it is asked, how long, and what holds when it does not say.
#include "rooms/review_hook.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/hex.h"
#include "rooms/config.h"
#include "rooms/room_store.h"
#include "testing/blocking.h"
#include "testing/test_server.h"

namespace vitrine {
namespace {

struct LineView {
  std::string kind, room, viewer, name, text;
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "Line";
  static constexpr auto fields() {
    return std::tuple{field("kind", &LineView::kind),     field("room", &LineView::room),
                      field("viewer", &LineView::viewer), field("name", &LineView::name),
                      field("text", &LineView::text),     field("at_ms", &LineView::at_ms)};
  }
};
struct VerdictView {
  std::string verdict;
  static constexpr std::string_view schema_name = "Verdict";
  static constexpr auto fields() { return std::tuple{field("verdict", &VerdictView::verdict)}; }
};

class ReviewHookTest : public ::testing::Test {
 protected:
  ReviewHookTest()
      : checker({.more_keys = rooms_config_keys(), .settings = {{"net.private_destinations", "127.0.0.1"}}}) {
    auto answer = [this](Call call, LineView line) -> Task<Reply<VerdictView>> {
      asked.with(
          [&](auto& all) { all.emplace_back(line.text, call.request->headers.get("Vitrine-Signature")); });
      if (line.text == "late") co_await sleep_for(Milliseconds(600));
      if (line.text == "broken") co_return Error{ErrorKind::internal, "checker.broken"};
      co_return VerdictView{line.text};
    };
    checker.router().add<LineView, VerdictView>(
        {.method = HttpMethod::post, .path = "/lines", .operation = "check", .tag = "t", .summary = "s"},
        answer);
    checker.start();
    check(cipher.load(folder.path() + "/secrets/rooms.key").ok(), "a key for the test");
    database = std::move(
        *open_sqlite({.name = "rooms", .directory = folder.path(), .migrations = rooms_migrations()}));
  }
  ~ReviewHookTest() override { database->close(); }
  void set(Verdict fallback, const std::string& host = "127.0.0.1") {
    ReviewSettings settings{.enabled = true,
                            .url = "http://" + host + ":" + std::to_string(checker.port()) + "/lines",
                            .secret = "s3cret",
                            .timeout_ms = 200,
                            .fallback = fallback};
    ASSERT_TRUE(wait_on(checker.cores().at(0), hook.set(*database, cipher, settings)));
  }
  Verdict ask(const std::string& text) {
    return wait_on(checker.cores().at(0), hook.ask({"demo", "gst_1", "Guest", text}));
  }

  TestFolder folder;
  SystemClock clock;
  SystemRandom random;
  FieldCipher cipher{random};
  Guarded<std::vector<std::pair<std::string, std::string>>> asked;
  TestServer checker;
  std::unique_ptr<Database> database;
  ReviewHook hook{clock};
};

TEST_F(ReviewHookTest, DoesWhatTheCheckerSays) {
  set(Verdict::refuse);
  EXPECT_EQ(ask("allow"), Verdict::allow);
  EXPECT_EQ(ask("hold"), Verdict::hold);
  EXPECT_EQ(ask("refuse"), Verdict::refuse);
}

TEST_F(ReviewHookTest, TheFallbackHoldsForEveryAnswerThatIsNone) {
  for (const Verdict fallback : {Verdict::allow, Verdict::hold, Verdict::refuse}) {
    set(fallback);
    EXPECT_EQ(ask("late"), fallback);
    EXPECT_EQ(ask("broken"), fallback);
    EXPECT_EQ(ask("what?"), fallback);
  }
}

TEST_F(ReviewHookTest, AnAddressThePolicyRefusesIsNotAsked) {
  set(Verdict::hold, "127.0.0.2");
  EXPECT_EQ(ask("allow"), Verdict::hold);
  EXPECT_TRUE(asked.with([](const auto& all) { return all.empty(); }));
}

TEST_F(ReviewHookTest, TheRequestIsSigned) {
  set(Verdict::refuse);
  ask("allow");
  const auto [text, signature] = asked.with([](const auto& all) { return all.front(); });
  EXPECT_EQ(text, "allow");
  EXPECT_TRUE(signature.starts_with("t="));
  EXPECT_EQ(signature.substr(signature.find(",v1=") + 4).size(), 64u);
}

// A copy of the database is no use to who wants to be asked in our name.
TEST_F(ReviewHookTest, ItsSecretIsSealedAndThereAfterARestart) {
  set(Verdict::refuse);
  auto stored = [](Transaction& tx) -> Result<std::string> {
    const auto rows = tx.query("SELECT secret, sealed_secret FROM review_hook");
    if (!rows) return rows.error();
    return rows->front().text(0) + rows->front().blob(1);
  };
  const auto kept = wait_on(checker.cores().at(0), database->read(stored));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find("s3cret"), std::string::npos);
  ReviewHook again{clock};
  ASSERT_TRUE(wait_on(checker.cores().at(0), again.load(*database, cipher)));
  EXPECT_EQ(again.settings().secret, "s3cret");
}

TEST(Verdicts, OnlyWhatWeUnderstandCounts) {
  EXPECT_EQ(read_verdict({200, R"({"verdict":"hold","why":"x"})"}), Verdict::hold);
  for (const char* body : {"", "hold", "[]", R"({"verdict":"HOLD"})", R"({"verdict":1})", "{}"})
    EXPECT_FALSE(read_verdict({200, body})) << body;
  EXPECT_FALSE(read_verdict({500, R"({"verdict":"allow"})"}));
}

}  // namespace
}  // namespace vitrine
