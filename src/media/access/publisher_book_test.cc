#include "media/access/publisher_book.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

constexpr KeyId kKey{7};

// What a stream's own sink does: takes frames until somebody else has the seat.
class CountingSink final : public FrameSink {
 public:
  explicit CountingSink(bool& gone) : gone_(gone) {}
  Result<void> take(Frame) override {
    if (gone_) return Error{ErrorKind::gone, "publish.taken_over"};
    return {};
  }
  Milliseconds beat() const override { return Milliseconds(0); }
  void report(const PublisherStats&) override {}
  void end(PublishEnd) override {}

 private:
  bool& gone_;
};

class PublisherBookTest : public testing::Test {
 protected:
  PublisherBookTest() {
    book_.on_change([this](const Publish& publish, PublishStop stop) {
      heard_.push_back(publish.stream + " " + std::string(enum_names(stop)[static_cast<size_t>(stop)]));
    });
  }
  std::unique_ptr<FrameSink> enter(const std::string& stream, KeyId key = kKey,
                                   std::optional<WallTime> ends = std::nullopt) {
    return book_.enter(std::make_unique<CountingSink>(gone_), {.id = 1,
                                                               .stream = stream,
                                                               .key = key,
                                                               .pull = {},
                                                               .key_ends = ends,
                                                               .address = {},
                                                               .encoder = {},
                                                               .since = {}});
  }
  static bool takes(FrameSink& sink) { return sink.take({}).ok(); }

  PublisherBook book_;
  bool gone_ = false;
  std::vector<std::string> heard_;
};

TEST_F(PublisherBookTest, WhoComesAndGoesIsHeardOnceEach) {
  auto sink = enter("demo");
  EXPECT_TRUE(takes(*sink));
  sink->end(PublishEnd::finished);
  sink.reset();
  EXPECT_EQ(heard_, (std::vector<std::string>{"demo none", "demo finished"}));
}

TEST_F(PublisherBookTest, WithoutAWordItIsLost) {
  enter("demo").reset();
  EXPECT_EQ(heard_.back(), "demo lost");
}

TEST_F(PublisherBookTest, AKickEndsTheStreamsPublisherAndNoOther) {
  const auto kicked = enter("demo");
  const auto other = enter("other", KeyId{8});
  EXPECT_EQ(book_.end_stream("demo").count, 1);
  EXPECT_FALSE(takes(*kicked));
  EXPECT_TRUE(takes(*other));
  EXPECT_EQ(book_.end_stream("nobody").count, 0);
}

// Ingest ends the sink as lost; why it really ended was said before.
TEST_F(PublisherBookTest, TheFirstReasonIsTheOneThatIsHeard) {
  auto sink = enter("demo");
  book_.end_key(kKey);
  EXPECT_EQ(sink->take({}).error().kind, ErrorKind::gone);
  sink->end(PublishEnd::lost);
  EXPECT_EQ(heard_.back(), "demo key_revoked");
  auto replaced = enter("demo");
  gone_ = true;
  EXPECT_FALSE(takes(*replaced));
  replaced.reset();
  EXPECT_EQ(heard_.back(), "demo taken_over");
}

TEST_F(PublisherBookTest, AKeyEndsItsPublisherAtItsTimeAlsoWhenTheTimeWasSetLater) {
  const auto sink = enter("demo", kKey, WallTime{2'000});
  EXPECT_EQ(book_.end_expired({1'999}), 0);
  EXPECT_TRUE(takes(*sink));
  book_.set_key_end(kKey, WallTime{1'500});
  EXPECT_EQ(book_.end_expired({1'999}), 1);
  EXPECT_FALSE(takes(*sink));
  EXPECT_EQ(book_.end_expired({9'999}), 0) << "it is ended once";
}

TEST_F(PublisherBookTest, TellsWhetherAKeyIsInUse) {
  auto sink = enter("demo");
  EXPECT_TRUE(book_.uses(kKey));
  EXPECT_FALSE(book_.uses(KeyId{8}));
  sink.reset();
  EXPECT_FALSE(book_.uses(kKey));
}

}  // namespace
}  // namespace vitrine
