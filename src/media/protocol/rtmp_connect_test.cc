#include "media/protocol/rtmp_connect.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

constexpr std::string_view kKey = "q3Zr8t_0Jx-K1mYw7vB2uA";

// What a peer that says this asks for: "STREAM?query", or the error.
std::string asked(std::string_view app, std::string_view tc_url, std::string_view name) {
  const auto place = read_rtmp_app(app, tc_url);
  if (!place) return std::string(place.error().reason);
  const auto stream = read_rtmp_stream(*place, name);
  return stream.name + "?" + stream.query;
}

TEST(RtmpConnect, TheKeyMayStandInTheNameTheAppOrTheTcUrl) {
  EXPECT_EQ(asked("live", "rtmp://h/live", "demo?key=k"), "demo?key=k");
  EXPECT_EQ(asked("live?key=k", "rtmp://h/live?key=k", "demo"), "demo?key=k");
  EXPECT_EQ(asked("live", "rtmp://h/live?key=k", "demo"), "demo?key=k");
  EXPECT_EQ(asked("live?key=a", "rtmp://h/live?key=b", "demo?takeover=1"), "demo?takeover=1&key=a&key=b");
}

TEST(RtmpConnect, SlashesAndTheDefaultInstanceMeanNothing) {
  EXPECT_EQ(asked("live/", "rtmp://h/live/", "/demo/?key=k"), "demo?key=k");
  EXPECT_EQ(asked("/live//", "rtmp://h/live//", "demo///"), "demo?");
  EXPECT_EQ(asked("live/_definst_", "rtmp://h/live/_definst_", "demo"), "demo?");
  EXPECT_EQ(asked("live", "rtmp://h/live", "_definst_/demo"), "demo?");
  EXPECT_EQ(asked("", "rtmp://h:1935/live?key=k", "demo"), "demo?key=k") << "an encoder that leaves app out";
}

// rtmp://HOST/live/demo/ or a form with separate fields for "URL" and "key".
TEST(RtmpConnect, TheAppMayNameTheStream) {
  EXPECT_EQ(asked("live/demo", "rtmp://h/live/demo", ""), "demo?");
  EXPECT_EQ(asked("live/demo", "rtmp://h/live/demo", "?key=k"), "demo?key=k");
  EXPECT_EQ(asked("live/demo?key=k", "rtmp://h/live/demo", "demo"), "demo?key=k");
  EXPECT_EQ(asked("live/demo", "rtmp://h/live/demo", kKey), "demo?key=" + std::string(kKey));
}

TEST(RtmpConnect, TwoNamesAreNoName) {
  EXPECT_EQ(asked("live/a", "rtmp://h/live/a", "../../b?key=k"), "a/../../b?key=k");
  EXPECT_EQ(asked("live/a", "rtmp://h/live/a", "b"), "a/b?");
  EXPECT_EQ(asked("live/a", "rtmp://h/live/a", std::string(kKey) + "?key=k"),
            "a/" + std::string(kKey) + "?key=k");
}

TEST(RtmpConnect, AnotherAppIsRefused) {
  for (const auto* app : {"vod", "live2", "live/a/b", "../live", "?live"})
    EXPECT_EQ(asked(app, "rtmp://h/vod", "demo"), "rtmp.app") << app;
  EXPECT_EQ(asked("", "", "demo"), "rtmp.app");
  EXPECT_EQ(asked("", "rtmp://h", "demo"), "rtmp.app");
}

TEST(RtmpConnect, WhoSpeaksEnhancedRtmpHearsWhatWeTake) {
  Amf0Object plain;
  Amf0Object answer;
  plain.properties = {{"app", "live"}};
  answer_enhanced(plain, answer);
  EXPECT_TRUE(answer.properties.empty());

  Amf0Object enhanced;
  Amf0Array list;
  list.items = {"*"};
  enhanced.properties = {{"app", "live"}, {"fourCcList", list}};
  answer_enhanced(enhanced, answer);
  const auto* taken = std::get_if<Amf0Array>(&answer.find("fourCcList")->held());
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->items, (std::vector<Amf0Value>{"avc1", "hvc1", "mp4a", "Opus"}));
  EXPECT_EQ(answer.find("videoFourCcInfoMap")->object()->number("avc1"), 4);
  EXPECT_EQ(answer.find("audioFourCcInfoMap")->object()->number("Opus"), 4);
}

}  // namespace
}  // namespace vitrine
