// HTTP over TLS, and what tls.required answers to those who come without.
#include <gtest/gtest.h>

#include "runtime/metrics.h"
#include "testing/http_client.h"
#include "testing/test_server.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

struct Scheme {
  std::string text;
  static constexpr auto fields() { return std::tuple{field("text", &Scheme::text, {.help = "The scheme"})}; }
  static constexpr std::string_view schema_name = "Scheme";
};

Task<Reply<Scheme>> scheme_of(Call call) {
  co_return Scheme{call.request->secure ? "https" : "http"};
}

class HttpTlsTest : public ::testing::Test {
 protected:
  uint16_t port(bool required) {
    std::string fault;
    const auto taken = door->configure(
        {.certificate = certificate.certificate, .key = certificate.key, .required = required}, fault);
    check(taken.ok(), "the test's certificate is fine");
    server.emplace(TestServerOptions{.settings = {{"net.trusted_proxies", proxies}}, .tls = door});
    server->router().add<NoBody, Scheme>({.path = "/v1/scheme/{name}",
                                          .operation = "getScheme",
                                          .tag = "test",
                                          .summary = "Under which scheme the request came"},
                                         scheme_of);
    server->start();
    return server->port();
  }
  // What comes back for a request that closes, head and body.
  static std::string over_tls(uint16_t port, const std::string& request_line) {
    TlsClient client(port);
    client.write(request_line + " HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    const std::string reply = client.read_all();
    EXPECT_TRUE(client.was_told_goodbye());
    return reply;
  }

  TestFolder folder;
  TestCertificate certificate{folder.path(), "shop"};
  prometheus::Registry metrics;
  std::shared_ptr<TlsDoor> door = std::make_shared<TlsDoor>(metrics);
  std::string proxies;
  std::optional<TestServer> server;
};

TEST_F(HttpTlsTest, TheSchemeIsKnownToHandlers) {
  const uint16_t its_port = port(false);
  EXPECT_NE(over_tls(its_port, "GET /v1/scheme/x").find(R"({"text":"https"})"), std::string::npos);
  HttpClient plain(its_port);
  EXPECT_EQ(plain.get("/v1/scheme/x").body, R"({"text":"http"})");
}

// A browser that has read it once never comes without TLS again: only where TLS is the only way.
TEST_F(HttpTlsTest, StrictTransportIsAskedForOnlyWhereTlsIsRequired) {
  EXPECT_EQ(over_tls(port(false), "GET /v1/scheme/x").find("Strict-Transport-Security"), std::string::npos);
  server.reset();
  EXPECT_NE(over_tls(port(true), "GET /v1/scheme/x").find("Strict-Transport-Security: max-age="),
            std::string::npos);
}

TEST_F(HttpTlsTest, RequiredSendsWhoeverOnlyLooksToHttps) {
  const uint16_t its_port = port(true);
  HttpClient plain(its_port);
  const auto reply = plain.get("/v1/scheme/a%20b?token=1%2B1");
  EXPECT_EQ(reply.status, 307);
  EXPECT_EQ(reply.headers.get("Location"),
            "https://127.0.0.1:" + std::to_string(its_port) + "/v1/scheme/a%20b?token=1%2B1");
  EXPECT_FALSE(reply.headers.has("Strict-Transport-Security")) << "not believed without TLS (RFC 6797, 7.2)";
}

TEST_F(HttpTlsTest, RequiredRefusesWhatCarriesABody) {
  HttpClient plain(port(true));
  const auto reply = plain.post("/v1/scheme/x", "{}");
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(reply.slug(), "request.tls_required");
  EXPECT_EQ(reply.headers.get("Upgrade"), "TLS/1.2, HTTP/1.1");
  EXPECT_EQ(render_metrics(metrics).find("vitrine_tls_plain_refused_total 0\n"), std::string::npos);
}

TEST_F(HttpTlsTest, RequiredRefusesAWebSocket) {
  HttpClient plain(port(true));
  EXPECT_EQ(plain.get("/v1/scheme/x", {{"Upgrade", "websocket"}}).status, 426);
}

TEST_F(HttpTlsTest, RequiredBelievesATrustedProxyThatSaysHttps) {
  proxies = "127.0.0.0/8";
  HttpClient proxy(port(true));
  EXPECT_EQ(proxy.get("/v1/scheme/x", {{"X-Forwarded-Proto", "https"}}).status, 200);
  EXPECT_EQ(proxy.get("/v1/scheme/x", {{"X-Forwarded-Proto", "http"}}).status, 307);
}

TEST_F(HttpTlsTest, RequiredBelievesNobodyElse) {
  HttpClient stranger(port(true));
  EXPECT_EQ(stranger.get("/v1/scheme/x", {{"X-Forwarded-Proto", "https"}}).status, 307);
}

}  // namespace
}  // namespace vitrine
