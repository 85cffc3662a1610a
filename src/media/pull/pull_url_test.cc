#include "media/pull/pull_url.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(PullUrl, AnRtmpUrlIsServerAppAndStream) {
  const auto url = read_pull_url("rtmp://live.example.com/app/inst/demo?token=secret&x=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "live.example.com");
  EXPECT_EQ(url->port, 1935);
  EXPECT_EQ(url->server(), "rtmp://live.example.com:1935");
  const auto target = url->rtmp_target();
  EXPECT_EQ(target.app, "app/inst");
  EXPECT_EQ(target.tc_url, "rtmp://live.example.com:1935/app/inst");
  EXPECT_EQ(target.stream, "demo?token=secret&x=1");
}

TEST(PullUrl, WhatIsShownHidesTheQuery) {
  EXPECT_EQ(read_pull_url("http://h:8080/live/demo.flv?token=secret")->shown(),
            "http://h:8080/live/demo.flv?...");
  EXPECT_EQ(read_pull_url("https://h/live/demo.flv")->shown(), "https://h:443/live/demo.flv");
}

TEST(PullUrl, AnIpv6HostStandsInBrackets) {
  const auto url = read_pull_url("rtmps://[2001:db8::1]:4443/live/demo");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->port, 4443);
  EXPECT_TRUE(url->secure());
  EXPECT_EQ(url->server(), "rtmps://[2001:db8::1]:4443");
}

TEST(PullUrl, WhatIsNoSourceIsRefused) {
  for (const std::string text :
       {"", "demo", "ftp://h/a/b", "file:///etc/passwd", "rtmp://h", "rtmp://h/", "rtmp://h/live",
        "rtmp://h/live/", "rtmp:///live/demo", "rtmp://user:word@h/live/demo", "http://h:0/x",
        "http://h:99999/x", "http://h:8o/x", "http://h/a b", "http://h/a\r\nHost: other", "http://[::1/x",
        "http://h\\@other/x", "http:h/x"})
    EXPECT_FALSE(read_pull_url(text)) << text;
  EXPECT_FALSE(read_pull_url("http://h/" + std::string(kPullUrlMax, 'a')));
}

TEST(PullUrl, ARedirectIsAWholeUrlOrAPath) {
  const auto from = *read_pull_url("http://a/live/demo.flv?token=1");
  EXPECT_EQ(read_redirect(from, "https://b/x.flv?k=2")->shown(), "https://b:443/x.flv?...");
  EXPECT_EQ(read_redirect(from, "/other.flv")->shown(), "http://a:80/other.flv");
  for (const auto* to : {"", "other.flv", "//b/x.flv", "rtmp://b/live/demo", "file:///etc/passwd"})
    EXPECT_FALSE(read_redirect(from, to)) << to;
  EXPECT_FALSE(read_redirect(*read_pull_url("https://a/x"), "http://b/x")) << "never out of TLS";
}

}  // namespace
}  // namespace vitrine
