#include "net/http_server.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "net/connection.h"
#include "runtime/metrics.h"
#include "testing/http_client.h"
#include "testing/test_server.h"

namespace vitrine {
namespace {

struct Note {
  std::string text;
  static constexpr auto fields() {
    return std::tuple{field("text", &Note::text, {.help = "What to keep", .min = 1, .max = 20})};
  }
  static constexpr std::string_view schema_name = "Note";
};

Task<Reply<Note>> echo(Call, Note note) {
  co_return note;
}
Task<Reply<Note>> greet(Call call) {
  co_return Note{"hello " + call.param("name")};
}
Task<Reply<Note>> throw_out(Call) {
  throw std::runtime_error("the shop is on fire");
  co_return Note{};
}
Task<Reply<Note>> which_core(Call) {
  co_return Note{std::to_string(Core::current()->index())};
}
Task<Reply<Note>> who(Call call) {
  co_return Note{call.request->remote + (call.request->secure ? " https" : " http")};
}
Task<Reply<HttpResponse>> count_bytes(Call, RawBody body) {
  HttpResponse out;
  out.body = std::to_string(body.bytes.size());
  co_return out;
}
Task<void> endless(Call, std::unique_ptr<Connection> connection) {
  HttpResponse head;
  head.headers.set("Content-Type", "video/x-flv");
  if (!(co_await connection->write_response_head(std::move(head)))) co_return;
  TcpSocket socket = connection->release();
  const std::string_view tag = "FLV and so on";
  const auto wrote = co_await socket.write_all(as_bytes(tag));
  EXPECT_TRUE(wrote);
}

constexpr size_t kRawMax = 2 << 20;

void declare(Router& router) {
  router.add<Note, Note>({.method = HttpMethod::post,
                          .path = "/v1/notes",
                          .operation = "echo",
                          .tag = "test",
                          .summary = "Test"},
                         echo);
  router.add<NoBody, Note>(
      {.path = "/v1/greet/{name}", .operation = "greet", .tag = "test", .summary = "Test"}, greet);
  router.add<NoBody, Note>({.path = "/v1/throw", .operation = "throwOut", .tag = "test", .summary = "Test"},
                           throw_out);
  router.add<NoBody, Note>({.path = "/v1/core", .operation = "whichCore", .tag = "test", .summary = "Test"},
                           which_core);
  router.add<NoBody, Note>({.path = "/v1/who", .operation = "who", .tag = "test", .summary = "Test"}, who);
  router.add<RawBody, HttpResponse>({.method = HttpMethod::put,
                                     .path = "/v1/raw",
                                     .operation = "raw",
                                     .tag = "test",
                                     .summary = "Test",
                                     .body_max = kRawMax},
                                    count_bytes);
  router.add_stream({.path = "/live/{stream}.flv", .operation = "playFlv", .tag = "test", .summary = "Test"},
                    endless);
}

class HttpServerTest : public ::testing::Test {
 protected:
  // Starts on first use, so that a test may set options before.
  TestServer& server() {
    if (!server_) {
      server_ = std::make_unique<TestServer>(options);
      declare(server_->router());
      server_->start();
    }
    return *server_;
  }
  uint16_t port() { return server().port(); }

  TestServerOptions options;

 private:
  std::unique_ptr<TestServer> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  HttpClient client(port());
  for (int round = 0; round < 3; ++round) {
    const auto reply = client.post("/v1/notes", R"({"text":"mug"})");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"text":"mug"})");
    EXPECT_EQ(reply.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(reply.headers.get("Connection"), "keep-alive");
    EXPECT_EQ(reply.headers.get("X-Content-Type-Options"), "nosniff");
  }
}

TEST_F(HttpServerTest, PathParametersAreDecoded) {
  HttpClient client(port());
  EXPECT_EQ(client.get("/v1/greet/%E4%B8%BB%E6%92%AD").body, R"({"text":"hello 主播"})");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpClient client(port());
  std::string all;
  for (const char* name : {"a", "b", "c"})
    all += std::string("GET /v1/greet/") + name + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.write(all);
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(client.read_reply().body, std::string(R"({"text":"hello )") + name + "\"}");
}

TEST_F(HttpServerTest, HeadHasTheLengthButNotTheBody) {
  HttpClient client(port());
  const auto reply = client.request("HEAD", "/v1/greet/x");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("Content-Length"), "18");
  EXPECT_EQ(client.get("/v1/greet/y").status, 200);  // nothing of a body was left on the connection
}

TEST_F(HttpServerTest, UnknownPathsAndMethodsAreProblems) {
  HttpClient client(port());
  EXPECT_EQ(client.get("/nowhere").slug(), "request.no_such_path");
  const auto reply = client.request("DELETE", "/v1/notes");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.get("Allow"), "POST");
  EXPECT_EQ(reply.slug(), "request.method_not_allowed");
  const auto options_reply = client.request("OPTIONS", "/v1/greet/x");
  EXPECT_EQ(options_reply.status, 204);
  EXPECT_EQ(options_reply.headers.get("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(HttpServerTest, BadBodiesNameTheField) {
  HttpClient client(port());
  EXPECT_EQ(client.post("/v1/notes", "{").slug(), "request.json");
  const auto reply = client.post("/v1/notes", R"({"text":""})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json().at("field").as_string(), "/text");
  EXPECT_EQ(
      client.post("/v1/notes", "text=x", {{"Content-Type", "application/x-www-form-urlencoded"}}).status,
      415);
}

TEST_F(HttpServerTest, MalformedRequestsGetAProblemAndTheConnectionEnds) {
  HttpClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  const auto reply = client.read_reply();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.slug(), "request.host");
  EXPECT_EQ(reply.headers.get("Connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, AThrowingHandlerIsA500AndTheServerGoesOn) {
  HttpClient client(port());
  const auto reply = client.get("/v1/throw");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.slug(), "internal");
  EXPECT_EQ(reply.body.find("on fire"), std::string::npos);
  EXPECT_EQ(client.get("/v1/greet/x").status, 200);
}

TEST_F(HttpServerTest, BodiesOverTheLimitAre413AndTheConnectionGoesOnOrEnds) {
  HttpClient client(port());
  // Small enough to throw away: the connection goes on.
  EXPECT_EQ(client.request("DELETE", "/v1/notes", std::string(1000, 'x')).status, 405);
  EXPECT_EQ(client.get("/v1/greet/x").status, 200);
  const auto reply = client.post("/v1/notes", std::string(100'000, 'x'));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.slug(), "request.body_too_large");
  EXPECT_EQ(reply.headers.get("Connection"), "close");
  EXPECT_EQ(client.request("PUT", "/v1/raw", std::string(1 << 20, 'x')).body, "1048576");
}

TEST_F(HttpServerTest, ContinueIsSentOnlyWhereTheBodyIsWanted) {
  HttpClient client(port());
  client.write("PUT /v1/raw HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 100);
  client.write("abcd");
  EXPECT_EQ(client.read_reply().body, "4");
  client.write("PUT /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 404);
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, OtherExpectationsFail) {
  HttpClient client(port());
  EXPECT_EQ(client.get("/v1/greet/x", {{"Expect", "tea"}}).status, 417);
}

TEST_F(HttpServerTest, ASlowHeaderIsCut) {
  options.settings = {{"net.head_ms", "200"}};
  HttpClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow");
  const auto reply = client.read_reply();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.slug(), "request.timed_out");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, AConnectionThatSaysNothingIsClosed) {
  options.settings = {{"net.head_ms", "200"}, {"net.idle_ms", "200"}};
  HttpClient silent(port());
  EXPECT_TRUE(silent.ended());
  HttpClient idle(port());
  EXPECT_EQ(idle.get("/v1/greet/x").status, 200);
  EXPECT_TRUE(idle.ended());
}

TEST_F(HttpServerTest, ABodyThatStallsIsCut) {
  options.settings = {{"net.body_grace_ms", "200"}};
  HttpClient client(port());
  client.write("PUT /v1/raw HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc");
  // Nothing of a next request is waiting, so there is nobody to tell: the connection ends.
  const auto reply = client.read_reply();
  EXPECT_TRUE(reply.status == 408 || reply.status == 0);
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, ConnectionsOverTheLimitAreClosedAtOnce) {
  options.settings = {{"net.connections_max", "1"}};
  HttpClient first(port());
  EXPECT_EQ(first.get("/v1/greet/x").status, 200);
  HttpClient second(port());
  EXPECT_TRUE(second.ended());
  EXPECT_EQ(first.get("/v1/greet/x").status, 200);
}

TEST_F(HttpServerTest, AStreamTakesTheConnectionOver) {
  HttpClient client(port());
  client.write("GET /live/demo.flv HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read_reply();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.get("Content-Type"), "video/x-flv");
  EXPECT_FALSE(head.headers.has("Content-Length"));
  EXPECT_EQ(client.read_bytes(100), "FLV and so on");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, EveryCoreServes) {
  options.cores = 2;
  std::set<std::string> seen;
  for (int attempt = 0; attempt < 200 && seen.size() < 2; ++attempt) {
    HttpClient client(port());
    seen.insert(client.get("/v1/core").body);
  }
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(HttpServerTest, OnlyATrustedProxySpeaksForOthers) {
  const HttpClient::Headers forwarded = {{"X-Forwarded-For", "198.51.100.7"}, {"X-Forwarded-Proto", "https"}};
  {
    HttpClient client(port());
    EXPECT_EQ(client.get("/v1/who", forwarded).body, R"({"text":"127.0.0.1 http"})");
  }
  TestServer trusting({.settings = {{"net.trusted_proxies", "127.0.0.0/8"}}});
  declare(trusting.router());
  trusting.start();
  HttpClient client(trusting.port());
  const auto reply = client.get("/v1/who", forwarded);
  EXPECT_EQ(reply.body, R"({"text":"198.51.100.7 https"})");
}

TEST_F(HttpServerTest, PagesAnswerWhatNoRouteHasAndShareTheirBytes) {
  static const std::string kPage(100'000, 'p');
  options.pages = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path != "/console") return std::nullopt;
    HttpResponse out;
    out.headers.set("Content-Type", "text/html");
    out.headers.set("Cache-Control", "no-cache");
    out.shared = SharedBody{.bytes = kPage};
    return out;
  };
  HttpClient client(port());
  const auto reply = client.get("/console");
  EXPECT_EQ(reply.body, kPage);
  EXPECT_EQ(reply.headers.get("Cache-Control"), "no-cache");
  EXPECT_EQ(client.get("/elsewhere").status, 404);
  EXPECT_EQ(client.post("/console", "{}").status, 404);
}

TEST_F(HttpServerTest, DrainingClosesIdleConnectionsAndRefusesNewOnes) {
  HttpClient idle(port());
  EXPECT_EQ(idle.get("/v1/greet/x").status, 200);
  EXPECT_TRUE(wait_on(server().cores().at(0), server().http().drain(Milliseconds(5000))));
  EXPECT_TRUE(idle.ended());
}

TEST_F(HttpServerTest, CountsRequestsByOperationAndStatus) {
  HttpClient client(port());
  client.get("/v1/greet/x");
  client.get("/v1/throw");
  client.get("/nowhere");
  client.get("/v1/core");  // by its answer the one before has been counted
  const std::string text = render_metrics(server().metrics());
  EXPECT_NE(text.find(R"(vitrine_http_requests_total{operation="greet",status_class="2xx"} 1)"),
            std::string::npos);
  EXPECT_NE(text.find(R"(vitrine_http_requests_total{operation="throwOut",status_class="5xx"} 1)"),
            std::string::npos);
  EXPECT_NE(text.find(R"(vitrine_http_requests_total{operation="page",status_class="4xx"} 1)"),
            std::string::npos);
  EXPECT_NE(text.find(R"(vitrine_http_request_seconds_count{operation="greet"} 1)"), std::string::npos);
}

}  // namespace
}  // namespace vitrine
