#include "media/pull/http_response_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

struct Heard {
  std::optional<HttpResponseHead> head;
  std::string body;
  bool done = false;
  std::optional<Error> error;
};

// Reads `text` in pieces of `step` bytes.
Heard hear(std::string_view text, size_t step = 1'000'000) {
  HttpResponseReader reader;
  Heard out;
  std::vector<uint8_t> body;
  while (!text.empty() && !out.error) {
    const auto piece = text.substr(0, step);
    text.remove_prefix(piece.size());
    Bytes in = as_bytes(piece);
    if (!out.head) {
      auto head = reader.read_head(in);
      if (!head) out.error = head.error();
      if (!head || !*head) continue;
      out.head = **head;
    }
    if (const auto read = reader.read_body(in, body); !read) out.error = read.error();
  }
  out.body.assign(body.begin(), body.end());
  out.done = reader.done();
  return out;
}

TEST(HttpResponse, ABodyMayEndWithTheConnection) {
  const auto heard = hear("HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV bytes");
  EXPECT_EQ(heard.head->status, 200);
  EXPECT_EQ(heard.body, "FLV bytes");
  EXPECT_FALSE(heard.done);
}

TEST(HttpResponse, ABodyMayBeCounted) {
  const auto heard = hear("HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nFLVmore");
  EXPECT_EQ(heard.body, "FLV");
  EXPECT_TRUE(heard.done);
  EXPECT_TRUE(hear("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").done);
}

// RFC 9112, 7.1: sizes in any case, extensions, trailers; chunked wins over a length (6.3).
TEST(HttpResponse, ABodyMayBeChunked) {
  const auto heard = hear(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n"
      "3;name=value\r\nFLV\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nmore");
  EXPECT_EQ(heard.body, "FLV0123456789");
  EXPECT_TRUE(heard.done);
}

TEST(HttpResponse, InterimAnswersArePassedOver) {
  EXPECT_EQ(hear("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n").head->status,
            404);
}

TEST(HttpResponse, ARedirectSaysWhereTo) {
  EXPECT_EQ(hear("HTTP/1.1 302 Found\r\nLocation:  https://b/x.flv \r\n\r\n").head->location,
            "https://b/x.flv");
}

TEST(HttpResponse, WhatIsNoAnswerIsRefused) {
  for (const std::string text :
       {"\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 0x1 OK\r\n\r\n",
        "FLV\1\5\0\0\0\t\n\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"})
    EXPECT_EQ(hear(text).error->reason, "http.response") << text;
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").error->reason,
            "http.transfer_encoding");
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nX: " + std::string(HttpResponseReader::kHeadMax, 'x')).error->reason,
            "http.response_head");
}

TEST(HttpResponse, BrokenChunksAreRefused) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"x\r\n", "\r\n", "-1\r\n", "123456789\r\n", "3\r\nFLVx\r\n", "3\r\nFLV4\r\n"})
    EXPECT_EQ(hear(head + body).error->reason, "http.chunk") << body;
  EXPECT_EQ(hear(head + std::string(HttpResponseReader::kChunkLineMax + 1, '0')).error->reason, "http.chunk");
}

TEST(HttpResponse, HoweverTheBytesAreCutTheBodyIsTheSame) {
  rc::check([](const std::vector<std::string>& parts) {
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::string wanted;
    for (const std::string& part : parts) {
      if (part.empty()) continue;
      std::ostringstream size;
      size << std::hex << part.size();
      text += size.str() + "\r\n" + part + "\r\n";
      wanted += part;
    }
    text += "0\r\n\r\n";
    const auto heard = hear(text, *rc::gen::inRange<size_t>(1, 40));
    RC_ASSERT(!heard.error);
    RC_ASSERT(heard.body == wanted);
    RC_ASSERT(heard.done);
  });
}

}  // namespace
}  // namespace vitrine
