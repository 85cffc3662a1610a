#include "media/media_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

namespace vitrine {
namespace {

StreamView view_of(const std::string& name, uint64_t bytes, WireFormat format = WireFormat::flv) {
  StreamView out;
  out.name = name;
  out.state = StreamState::live;
  RingStats& sent = out.sent_by[format];
  sent.viewers = 2;
  sent.bytes = bytes;
  sent.latency[0] = bytes;
  sent.latency_sum_us = bytes;
  return out;
}

class MediaMetricsTest : public testing::Test {
 protected:
  bool has(const std::string& line) {
    return render_metrics(registry_).find("\n" + line + "\n") != std::string::npos;
  }
  prometheus::Registry registry_;
  MediaMetrics metrics_{registry_};
};

TEST_F(MediaMetricsTest, EachProtocolOfAStreamIsCountedApartAndInTheSums) {
  metrics_.take({view_of("demo", 10), view_of("other", 5, WireFormat::rtmp)});
  metrics_.take({view_of("demo", 30), view_of("other", 5, WireFormat::rtmp)});
  EXPECT_TRUE(has("vitrine_stream_sent_bytes_total{protocol=\"http-flv\",stream=\"demo\"} 30"));
  EXPECT_TRUE(has("vitrine_stream_sent_bytes_total{protocol=\"rtmp\",stream=\"other\"} 5"));
  EXPECT_TRUE(has("vitrine_stream_send_latency_seconds_count{protocol=\"http-flv\",stream=\"demo\"} 30"));
  EXPECT_TRUE(has("vitrine_media_sent_bytes_total{protocol=\"http-flv\"} 30"));
  EXPECT_TRUE(has("vitrine_media_viewers{protocol=\"rtmp\"} 2"));
  EXPECT_TRUE(has("vitrine_media_streams 2"));
}

TEST_F(MediaMetricsTest, AStreamThatHasGoneLosesItsSeriesAndTheSumsKeepWhatItSent) {
  metrics_.take({view_of("demo", 10)});
  metrics_.take({});
  EXPECT_EQ(render_metrics(registry_).find("demo"), std::string::npos);
  EXPECT_TRUE(has("vitrine_media_sent_bytes_total{protocol=\"http-flv\"} 10"));
  metrics_.take({view_of("demo", 4)});
  EXPECT_TRUE(has("vitrine_stream_sent_bytes_total{protocol=\"http-flv\",stream=\"demo\"} 4"));
  EXPECT_TRUE(has("vitrine_media_sent_bytes_total{protocol=\"http-flv\"} 14"));
}

TEST_F(MediaMetricsTest, OverTheLimitStreamsAreInTheSumsOnly) {
  std::vector<StreamView> views;
  for (size_t at = 0; at < MediaMetrics::kStreamsNamed + 3; ++at)
    views.push_back(view_of("s" + std::to_string(at), 1));
  metrics_.take(views);
  const std::string text = render_metrics(registry_);
  size_t named = 0;
  for (size_t at = text.find("vitrine_stream_live{"); at != std::string::npos;
       at = text.find("vitrine_stream_live{", at + 1))
    ++named;
  EXPECT_EQ(named, MediaMetrics::kStreamsNamed);
  EXPECT_TRUE(has("vitrine_media_streams_unnamed 3"));
  EXPECT_TRUE(has("vitrine_media_sent_bytes_total{protocol=\"http-flv\"} 203"));
}

}  // namespace
}  // namespace vitrine
