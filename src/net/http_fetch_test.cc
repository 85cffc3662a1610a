// What is read of a server's answer, byte by byte as it comes.
#include "net/http_fetch.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

std::string said(std::string_view bytes, bool ended = false) {
  const auto answer = read_http_answer(bytes, ended);
  if (!answer) return std::string(answer.error().reason);
  return *answer ? std::to_string((*answer)->status) + " " + (*answer)->body : "more";
}

TEST(HttpAnswer, EndsWhereItsLengthItsChunksOrTheConnectionSay) {
  EXPECT_EQ(said("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "200 hi");
  EXPECT_EQ(said("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n0\r\n\r\n"),
            "200 hi");
  EXPECT_EQ(said("HTTP/1.0 200 OK\r\n\r\nhi"), "more");
  EXPECT_EQ(said("HTTP/1.0 200 OK\r\n\r\nhi", true), "200 hi");
  EXPECT_EQ(said("HTTP/1.1 204 No Content\r\n\r\n"), "204 ");
}

TEST(HttpAnswer, EveryTruncationWaitsAndIsNoAnswerOnceTheServerHasGone) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(said(whole.substr(0, size)), "more") << size;
    EXPECT_EQ(said(whole.substr(0, size), true), "http.answer") << size;
  }
}

TEST(HttpAnswer, WhatIsNotHttpIsRefused) {
  for (const char* bytes : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 20x\r\n\r\n", "HTTP/1.1 099 No\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
    EXPECT_EQ(said(bytes), "http.answer") << bytes;
}

}  // namespace
}  // namespace vitrine
