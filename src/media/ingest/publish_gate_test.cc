#include "media/ingest/publish_gate.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(PublishRequest, KeyAndTakeoverComeInAnyOrder) {
  const auto request = read_publish_request("demo", "takeover=1&x&key=abc&key=other");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->stream, "demo");
  EXPECT_EQ(request->key, "abc");
  EXPECT_TRUE(request->take_over);
}

TEST(PublishRequest, AMissingKeyIsEmptyAndTakeoverNeedsItsOne) {
  const auto request = read_publish_request("demo", "&takeover=0&&key");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->key, "");
  EXPECT_FALSE(request->take_over);
}

TEST(PublishRequest, NamesOutsideTheAllowListAndEndlessKeysAreRefused) {
  for (const std::string name : {"", "../etc", "a/b", "a b", "caf\xc3\xa9", "a\n"})
    EXPECT_EQ(read_publish_request(name, "key=a").error().reason, "publish.stream") << name;
  EXPECT_FALSE(read_publish_request(std::string(65, 'a'), ""));
  EXPECT_TRUE(read_publish_request(std::string(64, 'a'), ""));
  EXPECT_EQ(read_publish_request("demo", "key=" + std::string(kStreamKeyMax + 1, 'k')).error().reason,
            "publish.key");
}

}  // namespace
}  // namespace vitrine
