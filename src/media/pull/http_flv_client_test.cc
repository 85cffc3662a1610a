#include "media/pull/http_flv_client.h"

#include <gtest/gtest.h>

#include "media/container/flv.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

std::string as_text(const std::vector<uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}
void append(std::vector<uint8_t>& out, const std::vector<uint8_t>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

class HttpFlvClientTest : public ::testing::Test {
 protected:
  // What comes out of `bytes` given `step` at a time.
  std::vector<PullEvent> hear(const std::vector<uint8_t>& bytes, size_t step = 7) {
    std::vector<PullEvent> out;
    for (Bytes rest = bytes; !rest.empty() && !error_;) {
      Bytes in = rest.first(std::min(step, rest.size()));
      rest = rest.subspan(in.size());
      while (true) {
        auto event = client_.next(in);
        if (!event) {
          error_ = event.error();
          break;
        }
        if (!*event) break;
        out.push_back(**std::move(event));
        if (std::holds_alternative<RtmpPlayEnded>(out.back())) return out;
      }
    }
    return out;
  }
  std::vector<PullEvent> hear(std::string_view text) {
    return hear(std::vector<uint8_t>(text.begin(), text.end()));
  }
  static std::vector<uint8_t> head() {
    const std::string_view text = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n";
    return {text.begin(), text.end()};
  }

  HttpFlvClient client_{*read_pull_url("http://[::1]:8080/live/demo.flv?token=t")};
  std::optional<Error> error_;
};

TEST_F(HttpFlvClientTest, AsksForTheStreamWithItsQuery) {
  EXPECT_EQ(
      as_text(client_.take_output()),
      "GET /live/demo.flv?token=t HTTP/1.1\r\nHost: [::1]:8080\r\nUser-Agent: Vitrine\r\nAccept: */*\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_TRUE(client_.take_output().empty());
}

TEST_F(HttpFlvClientTest, TagsComeOutAsMessages) {
  auto bytes = head();
  append(bytes, *write_flv_header({.has_audio = true, .has_video = true}));
  const Slab metadata = flv_metadata_slab(nullptr, nullptr, {7, 9}, 0);
  append(bytes, {metadata.payload().begin(), metadata.payload().end()});
  append(bytes, hex("09 000005 000001 01 000000  1700000000 00000010"));  // time 2^24 + 1
  append(bytes, hex("21 000001 000001 00 000000  00 0000000c"));          // an encrypted tag: passed over
  append(bytes, hex("08 000004 000002 01 000000  af011210 0000000f"));
  append(bytes, hex("08 0000ff"));  // the next one, not whole
  const auto heard = hear(bytes);
  EXPECT_FALSE(error_);
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(std::get<RtmpMetadata>(heard[0]).data.number("vitrineEpoch"), 7);
  EXPECT_TRUE(std::get<RtmpMedia>(heard[1]).video);
  EXPECT_EQ(std::get<RtmpMedia>(heard[1]).time_ms, 0x1000001u);
  EXPECT_EQ(std::get<RtmpMedia>(heard[2]).body, hex("af011210"));
}

TEST_F(HttpFlvClientTest, AChunkedAnswerThatEndsIsTheEnd) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n";
  text += std::string("FLV\x01\x05\0\0\0\x09\0\0\0\0", 13) + "\r\n0\r\n\r\n";
  const auto end = hear(std::vector<uint8_t>(text.begin(), text.end()), 1);
  ASSERT_EQ(end.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RtmpPlayEnded>(end[0]));
}

TEST_F(HttpFlvClientTest, RefusalsSayWhy) {
  hear("HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(error_->reason, "pull.not_found");
  client_ = HttpFlvClient(*read_pull_url("http://h/x.flv"));
  error_.reset();
  hear("HTTP/1.1 403 Forbidden\r\n\r\n");
  EXPECT_EQ(error_->reason, "pull.refused");
  client_ = HttpFlvClient(*read_pull_url("http://h/x.flv"));
  error_.reset();
  hear("HTTP/1.1 500 Oh\r\n\r\n");
  EXPECT_EQ(error_->reason, "pull.status");
}

TEST_F(HttpFlvClientTest, ARedirectIsHandedUp) {
  const auto heard = hear("HTTP/1.1 302 Found\r\nLocation: http://b/x.flv\r\n\r\n");
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(std::get<PullRedirect>(heard[0]).location, "http://b/x.flv");
}

TEST_F(HttpFlvClientTest, WhatIsNoFlvIsRefused) {
  hear("HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html><html></html>");
  EXPECT_EQ(error_->reason, "flv.signature");
}

}  // namespace
}  // namespace vitrine
