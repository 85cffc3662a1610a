#include "net/http_parser.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

// The slug of what is wrong with a request; "" when it is fine, "more" when it is not whole.
std::string fault_of(std::string_view text) {
  HttpParser parser;
  const auto head = parser.read_head(as_bytes(text));
  if (!head) return std::string(head.error().reason);
  if (!*head) return "more";
  std::string_view rest = text.substr(**head);
  if (const auto limited = parser.limit_body(1000); !limited) return std::string(limited.error().reason);
  const auto body = parser.read_body(as_bytes(rest));
  if (!body) return std::string(body.error().reason);
  return parser.done() ? "" : "more";
}

constexpr std::string_view kPost =
    "POST /v1/orders?x=1 HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5\r\nCookie: a=b\r\n\r\nhello";

TEST(HttpParser, ReadsHeadAndBody) {
  HttpParser parser;
  const auto head = parser.read_head(as_bytes(kPost));
  ASSERT_TRUE(head && *head);
  EXPECT_EQ(parser.request().method, HttpMethod::post);
  EXPECT_EQ(parser.request().path, "/v1/orders");
  EXPECT_EQ(parser.request().query, "x=1");
  EXPECT_EQ(parser.request().cookie("a"), "b");
  EXPECT_EQ(parser.content_length(), 5u);
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_FALSE(parser.done());
  EXPECT_EQ(parser.read_body(as_bytes(kPost.substr(**head))).value(), 5u);
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.take_body(), "hello");
}

TEST(HttpParser, EveryTruncationWantsMore) {
  for (size_t size = 0; size < kPost.size(); ++size)
    EXPECT_EQ(fault_of(kPost.substr(0, size)), "more") << size;
  EXPECT_EQ(fault_of(kPost), "");
}

TEST(HttpParser, ByteByByteIsTheSame) {
  HttpParser parser;
  std::string received;
  std::optional<size_t> used;
  for (const char c : kPost.substr(0, kPost.size() - 5)) {
    received += c;
    used = parser.read_head(as_bytes(received)).value();
  }
  EXPECT_EQ(used, kPost.size() - 5);
  for (const char c : kPost.substr(*used)) EXPECT_EQ(parser.read_body(as_bytes({&c, 1})).value(), 1u);
  EXPECT_EQ(parser.take_body(), "hello");
}

TEST(HttpParser, TakesNothingOfTheNextRequest) {
  const std::string two = std::string(kPost) + "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  HttpParser parser;
  const auto head = parser.read_head(as_bytes(two));
  ASSERT_TRUE(head && *head);
  EXPECT_EQ(parser.read_body(as_bytes(std::string_view(two).substr(**head))).value(), 5u);
  EXPECT_TRUE(parser.done());
}

TEST(HttpParser, ChunksAreJoined) {
  const std::string_view text =
      "PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;note=1\r\n "
      "world\r\n0\r\n\r\n";
  HttpParser parser;
  const auto head = parser.read_head(as_bytes(text));
  ASSERT_TRUE(head && *head);
  EXPECT_EQ(parser.read_body(as_bytes(text.substr(**head))).value(), text.size() - **head);
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.take_body(), "hello world");
}

TEST(HttpParser, AbsoluteFormIsItsPath) {
  HttpParser parser;
  ASSERT_TRUE(*parser.read_head(as_bytes("GET http://shop.example/r/demo?x HTTP/1.1\r\nHost: a\r\n\r\n")));
  EXPECT_EQ(parser.request().path, "/r/demo");
  EXPECT_EQ(parser.request().query, "x");
}

TEST(HttpParser, KeepAliveFollowsVersionAndConnection) {
  const auto keeps = [](std::string_view text) {
    HttpParser parser;
    EXPECT_TRUE(parser.read_head(as_bytes(text)).ok());
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

struct Refused {
  const char* why;
  std::string text;
  const char* slug;
};

// Where two servers could disagree about where a request ends, or what it asks for.
TEST(HttpParser, RefusesWhatSmugglesOrIsMalformed) {
  const std::string h = "Host: x\r\n";
  const std::vector<Refused> cases = {
      {"both lengths",
       "POST / HTTP/1.1\r\n" + h + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
       "request.framing"},
      {"both lengths, the other way round",
       "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
       "request.framing"},
      {"two lengths", "POST / HTTP/1.1\r\n" + h + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
       "request.framing"},
      {"two equal lengths", "POST / HTTP/1.1\r\n" + h + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
       "request.framing"},
      {"negative length", "POST / HTTP/1.1\r\n" + h + "Content-Length: -1\r\n\r\n", "request.framing"},
      {"length with a plus", "POST / HTTP/1.1\r\n" + h + "Content-Length: +3\r\n\r\nabc", "request.framing"},
      {"hexadecimal length", "POST / HTTP/1.1\r\n" + h + "Content-Length: 0x3\r\n\r\nabc", "request.framing"},
      {"length past 64 bits", "POST / HTTP/1.1\r\n" + h + "Content-Length: 99999999999999999999\r\n\r\n",
       "request.framing"},
      {"coding we do not know", "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: gzip, chunked\r\n\r\n",
       "request.transfer_encoding"},
      {"coding that is nearly chunked", "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: xchunked\r\n\r\n",
       "request.transfer_encoding"},
      {"two codings",
       "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
       "request.framing"},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + h + "Transfer-Encoding: chunked\r\n\r\n",
       "request.framing"},
      {"space before the colon", "GET / HTTP/1.1\r\n" + h + "Content-Length : 3\r\n\r\nabc",
       "request.malformed"},
      {"folded line", "GET / HTTP/1.1\r\n" + h + "X-A: b\r\n c\r\n\r\n", "request.malformed"},
      {"bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", "request.malformed"},
      {"bare carriage return", "GET / HTTP/1.1\r\n" + h + "X: a\rb\r\n\r\n", "request.malformed"},
      {"NUL in a header", "GET / HTTP/1.1\r\n" + h + "X: a" + std::string(1, '\0') + "b\r\n\r\n",
       "request.malformed"},
      {"no colon", "GET / HTTP/1.1\r\n" + h + "nonsense\r\n\r\n", "request.malformed"},
      {"empty name", "GET / HTTP/1.1\r\n" + h + ": b\r\n\r\n", "request.malformed"},
      {"a TLS client hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
       "request.malformed"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "request.host"},
      {"two hosts", "GET / HTTP/1.1\r\n" + h + "Host: y\r\n\r\n", "request.host"},
      {"HTTP/2 by text", "GET / HTTP/2.0\r\n" + h + "\r\n", "request.version"},
      {"unknown method", "BREW / HTTP/1.1\r\n" + h + "\r\n", "request.method"},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\n" + h + "\r\n", "request.method"},
      {"dot segments", "GET /a/../b HTTP/1.1\r\n" + h + "\r\n", "request.path"},
      {"bad chunk size", "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
       "request.malformed"},
      {"body over the limit", "POST / HTTP/1.1\r\n" + h + "Content-Length: 1001\r\n\r\n",
       "request.body_too_large"},
      {"chunks over the limit", "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
       "request.body_too_large"},
      {"endless chunk extension",
       "POST / HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(20'000, 'x'),
       "request.malformed"},
      {"endless header", "GET / HTTP/1.1\r\n" + h + "X: " + std::string(20'000, 'x'),
       "request.head_too_large"},
  };
  for (const Refused& one : cases) EXPECT_EQ(fault_of(one.text), one.slug) << one.why;
}

TEST(ParseProblem, HasHttpsOwnStatuses) {
  EXPECT_EQ(to_response(parse_problem({ErrorKind::too_large, "request.head_too_large"})).status, 431);
  EXPECT_EQ(to_response(parse_problem({ErrorKind::too_large, "request.body_too_large"})).status, 413);
  EXPECT_EQ(to_response(parse_problem({ErrorKind::unsupported, "request.version"})).status, 505);
  EXPECT_EQ(to_response(parse_problem({ErrorKind::unsupported, "request.method"})).status, 501);
  EXPECT_EQ(to_response(parse_problem({ErrorKind::invalid_input, "request.malformed"})).status, 400);
}

}  // namespace
}  // namespace vitrine
