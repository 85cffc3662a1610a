#include "media/stream_keys.h"

#include <gtest/gtest.h>

#include "testing/blocking.h"
#include "testing/fake_clock.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

class StreamKeysTest : public testing::Test {
 protected:
  StreamKeysTest() {
    auto opened = open_database({.name = "media",
                                 .directory = folder_.path(),
                                 .url = test_database_url(folder_.path()),
                                 .migrations = {{1, kStreamKeysTable}, {2, kStreamKeysEnds}}});
    check(opened.ok(), "a database for the test");
    database_ = *std::move(opened);
    keys_ = std::make_unique<StreamKeys>(*database_, ids_, random_, clock_);
    cores_.start();
  }
  ~StreamKeysTest() override {
    database_->close();
    cores_.stop();
  }
  NewStreamKey create(std::string stream, std::optional<WallTime> expires = std::nullopt) {
    return *wait(keys_->create(std::move(stream), "", expires));
  }
  template <class T>
  T wait(Task<T> task) {
    return wait_on(cores_.at(0), std::move(task));
  }
  std::string verdict(std::string stream, std::string key) {
    const auto checked = wait(keys_->verify(std::move(stream), std::move(key)));
    return checked ? "right" : std::string(checked.error().reason);
  }

  TestFolder folder_;
  FakeClock clock_;
  SystemRandom random_;
  IdSource ids_{clock_, random_};
  Cores cores_{1};
  std::unique_ptr<Database> database_;
  std::unique_ptr<StreamKeys> keys_;
};

TEST_F(StreamKeysTest, AKeyOpensItsStreamAndNoOther) {
  const auto made = create("demo");
  EXPECT_EQ(made.key.size(), 40u);
  EXPECT_EQ(verdict("demo", made.key), "right");
  EXPECT_EQ(verdict("other", made.key), "publish.key");
  EXPECT_EQ(verdict("demo", ""), "publish.key");
  EXPECT_EQ(verdict("demo", made.key.substr(1)), "publish.key");
}

TEST_F(StreamKeysTest, SeveralAreLiveAtOnceUntilRevoked) {
  const auto older = create("demo");
  const auto newer = create("demo");
  EXPECT_EQ(verdict("demo", older.key), "right");
  EXPECT_TRUE(wait(keys_->revoke("demo", older.id)));
  EXPECT_EQ(verdict("demo", older.key), "publish.key");
  EXPECT_EQ(verdict("demo", newer.key), "right");
  EXPECT_EQ(wait(keys_->revoke("demo", older.id)).error().reason, "stream_key.none");
  EXPECT_EQ(wait(keys_->revoke("other", newer.id)).error().reason, "stream_key.none");
}

TEST_F(StreamKeysTest, AnExpiredKeyOpensNothingAndIsShownForAWeek) {
  const auto made = create("demo", clock_.wall() + Milliseconds(60'000));
  clock_.advance(Milliseconds(59'999));
  EXPECT_EQ(verdict("demo", made.key), "right");
  clock_.advance(Milliseconds(1));
  EXPECT_EQ(verdict("demo", made.key), "publish.key");
  EXPECT_EQ(wait(keys_->list("demo"))->size(), 1u);
  clock_.advance(kStreamKeyShownAfterEnd);
  EXPECT_TRUE(wait(keys_->list("demo"))->empty());
  EXPECT_EQ(wait(keys_->create("demo", "", clock_.wall())).error().reason, "stream_key.expires");
}

TEST_F(StreamKeysTest, RotatingGivesTheNextKeyAndTheOldOneAnEnd) {
  const auto old = *wait(keys_->create("demo", "studio", std::nullopt));
  const auto rotated = wait(keys_->rotate("demo", old.id, Milliseconds(60'000)));
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->made.label, "studio");
  EXPECT_EQ(rotated->ends, clock_.wall() + Milliseconds(60'000));
  EXPECT_EQ(verdict("demo", old.key), "right");
  EXPECT_EQ(verdict("demo", rotated->made.key), "right");
  clock_.advance(Milliseconds(60'000));
  EXPECT_EQ(verdict("demo", old.key), "publish.key");
  EXPECT_EQ(verdict("demo", rotated->made.key), "right");
}

TEST_F(StreamKeysTest, RotatingNeverMakesAnOldKeyLiveLonger) {
  const auto old = create("demo", clock_.wall() + Milliseconds(1'000));
  const auto rotated = wait(keys_->rotate("demo", old.id, Milliseconds(60'000)));
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->ends, clock_.wall() + Milliseconds(1'000));
  EXPECT_EQ(rotated->made.expires, std::nullopt);
}

TEST_F(StreamKeysTest, OnlyALiveKeyOfTheStreamIsRotated) {
  const auto made = create("demo");
  EXPECT_EQ(wait(keys_->rotate("other", made.id, Milliseconds(0))).error().reason, "stream_key.none");
  EXPECT_TRUE(wait(keys_->revoke("demo", made.id)));
  EXPECT_EQ(wait(keys_->rotate("demo", made.id, Milliseconds(0))).error().reason, "stream_key.none");
}

// The last place is taken: a rotation with an overlap has no room, one without has.
TEST_F(StreamKeysTest, AFullStreamIsRotatedWithoutAnOverlap) {
  NewStreamKey last;
  for (int64_t at = 0; at < kStreamKeysLiveMax; ++at) last = create("demo");
  EXPECT_EQ(wait(keys_->rotate("demo", last.id, Milliseconds(1))).error().reason, "stream_key.too_many");
  EXPECT_EQ(verdict("demo", last.key), "right");
  const auto rotated = wait(keys_->rotate("demo", last.id, Milliseconds(0)));
  ASSERT_TRUE(rotated);
  EXPECT_EQ(verdict("demo", last.key), "publish.key");
  EXPECT_EQ(verdict("demo", rotated->made.key), "right");
}

TEST_F(StreamKeysTest, TheListShowsHintsAndTheDatabaseHoldsNoKey) {
  const auto made = create("demo");
  const auto listed = wait(keys_->list("demo"));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].id, made.id);
  EXPECT_EQ((*listed)[0].hint, made.key.substr(36));
  EXPECT_EQ((*listed)[0].created, clock_.wall());
  auto stored = [](Transaction& transaction) -> Result<std::string> {
    const auto rows = transaction.query("SELECT key_sha256 || hint FROM stream_keys");
    return rows ? Result(rows->at(0).text(0)) : Result<std::string>(rows.error());
  };
  const auto text = wait(database_->read(std::move(stored)));
  EXPECT_EQ(text->find(made.key.substr(0, 20)), std::string::npos);
}

TEST_F(StreamKeysTest, LiveKeysHaveALimitAndNamesARule) {
  for (int64_t at = 0; at < kStreamKeysLiveMax; ++at) create("demo");
  EXPECT_EQ(wait(keys_->create("demo", "", std::nullopt)).error().reason, "stream_key.too_many");
  EXPECT_EQ(wait(keys_->create("../demo", "", std::nullopt)).error().reason, "stream.name");
}

TEST(RtmpAddress, IsWhatEncodersAskFor) {
  const auto address = rtmp_address("rtmp", "live.example.com",
                                    {.id = {}, .stream = "demo", .key = "abc", .label = {}, .expires = {}});
  EXPECT_EQ(address.server, "rtmp://live.example.com/live");
  EXPECT_EQ(address.stream_key, "demo?key=abc");
  EXPECT_EQ(address.url, "rtmp://live.example.com/live/demo?key=abc");
}

TEST(RtmpAddress, IsWhereHttpIs) {
  EXPECT_EQ(rtmp_host("live.example.com:8080", 1935), "live.example.com");
  EXPECT_EQ(rtmp_host("127.0.0.1:8080", 19350), "127.0.0.1:19350");
  EXPECT_EQ(rtmp_host("[::1]:8080", 1935), "[::1]");
  EXPECT_EQ(rtmp_host("[::1]", 1936), "[::1]:1936");
}

}  // namespace
}  // namespace vitrine
