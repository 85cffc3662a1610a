#include "net/http.h"

#include <gtest/gtest.h>

#include "net/http_writer.h"
#include "net/problem.h"

namespace vitrine {
namespace {

TEST(HttpHeaders, NamesCompareWithoutCaseAndDuplicatesStay) {
  HttpHeaders headers;
  headers.add("Set-Cookie", "a=1");
  headers.add("set-cookie", "b=2");
  EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
  EXPECT_EQ(headers.all().size(), 2u);
  headers.set("Set-cookie", "c=3");
  EXPECT_EQ(headers.all().size(), 1u);
  EXPECT_EQ(headers.get("set-cookie"), "c=3");
  EXPECT_FALSE(headers.has("Cookie"));
}

TEST(HttpRequest, FindsCookiesInAllTheirLines) {
  HttpRequest request;
  request.headers.add("Cookie", "vitrine_guest=g1.x; theme=dark;vitrine_staff=s=1");
  request.headers.add("cookie", "last=z");
  EXPECT_EQ(request.cookie("vitrine_guest"), "g1.x");
  EXPECT_EQ(request.cookie("vitrine_staff"), "s=1");
  EXPECT_EQ(request.cookie("last"), "z");
  EXPECT_EQ(request.cookie("guest"), "");
}

TEST(HttpRequest, QueryValuesAreDecoded) {
  HttpRequest request;
  request.query = "q=red+mug&flag&name=%E6%9D%AF&q=second&bad=%zz&=x";
  EXPECT_EQ(request.query_value("q"), "red mug");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_EQ(request.query_value("name"), "杯");
  EXPECT_EQ(request.query_value("bad"), std::nullopt);
  EXPECT_EQ(request.query_value("none"), std::nullopt);
}

TEST(Problem, SaysWhatWentWrongForProgramsAndPeople) {
  Problem problem{ErrorKind::conflict, "shop.all_held", ""};
  problem.field = "/lines/0";
  problem.extra["total"] = 990;
  problem.retry_after_s = 5;
  const HttpResponse response = to_response(problem);
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.headers.get("Retry-After"), "5");
  EXPECT_EQ(response.body,
            R"({"type":"https://vitrine.dev/problems/shop.all_held","title":"Conflict","status":409,)"
            R"("slug":"shop.all_held","detail":"All held.","field":"/lines/0","total":990})");
}

TEST(RenderHead, CarriesSecurityHeadersAndLength) {
  HttpResponse response;
  response.body = "hello";
  response.headers.set("Content-Type", "text/plain");
  const std::string head =
      render_head(response, {.strict_transport = true, .now = WallTime{784'111'777'000}});
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")) << head;
  for (const char* line : {"Date: Sun, 06 Nov 1994 08:49:37 GMT", "Content-Length: 5",
                           "Connection: keep-alive", "X-Content-Type-Options: nosniff",
                           "Cache-Control: no-store", "Strict-Transport-Security: max-age=31536000",
                           "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"}) {
    EXPECT_NE(head.find(std::string(line) + "\r\n"), std::string::npos) << line;
  }
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(RenderHead, WhatTheHandlerSetStays) {
  HttpResponse response;
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  const std::string head = render_head(response, {});
  EXPECT_NE(head.find("immutable"), std::string::npos);
  EXPECT_EQ(head.find("no-store"), std::string::npos);
  EXPECT_EQ(head.find("Strict-Transport"), std::string::npos);
}

// A redirect to what a visitor typed must not become a header of the visitor's choice.
TEST(RenderHead, AHeaderWithALineBreakIsLeftOut) {
  HttpResponse response;
  response.headers.set("Location", "/r/x\r\nSet-Cookie: owned=1");
  EXPECT_EQ(render_head(response, {}).find("owned"), std::string::npos);
}

TEST(RenderHead, NoLengthWhereThereIsNoBody) {
  HttpResponse response;
  response.status = 204;
  EXPECT_EQ(render_head(response, {}).find("Content-Length"), std::string::npos);
  response.status = 200;
  const std::string endless = render_head(response, {.framing = BodyFraming::until_end, .keep_alive = false});
  EXPECT_EQ(endless.find("Content-Length"), std::string::npos);
  EXPECT_NE(endless.find("Connection: close"), std::string::npos);
}

}  // namespace
}  // namespace vitrine
