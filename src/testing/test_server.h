// An HTTP server on a free port of loopback for tests: declare routes, start, ask it with HttpClient.
//
//   TestServer server;
//   server.router().add<NoBody, RoomView>({...}, handler);
//   server.start();
//   HttpClient client(server.port());
//
// Owns    cores, router and server. Stops them when destroyed.
// Thread  the test's.
#pragma once

#include <prometheus/registry.h>

#include "base/clock.h"
#include "net/config.h"
#include "net/http_server.h"
#include "testing/blocking.h"

namespace vitrine {

struct TestServerOptions {
  int cores = 1;
  Authenticator authenticator{};
  Pages pages{};
  std::vector<ConfigKey> more_keys{};                           // beside net_config_keys()
  std::vector<std::pair<std::string, std::string>> settings{};  // {"net.head_ms", "200"}
  std::vector<std::string> bind{"127.0.0.1"};
  std::shared_ptr<TlsDoor> tls{};
};

class TestServer {
 public:
  explicit TestServer(TestServerOptions options = {})
      : cores_(options.cores), bind_(options.bind), tls_(options.tls) {
    auto keys = net_config_keys();
    keys.insert(keys.end(), options.more_keys.begin(), options.more_keys.end());
    auto config = std::make_shared<Config>(std::move(keys));
    for (const auto& [name, value] : options.settings)
      check(!config->set_text(name, value, "test"), "a test's setting is a real one");
    for (int index = 0; index < cores_.count(); ++index) cores_.at(index).set_config(config);
    server_ = std::make_unique<HttpServer>(HttpServerNeeds{.cores = cores_,
                                                           .router = router_,
                                                           .clock = clock_,
                                                           .metrics = metrics_,
                                                           .authenticator = std::move(options.authenticator),
                                                           .pages = std::move(options.pages)});
  }
  ~TestServer() {
    server_.reset();
    cores_.stop();
  }

  Router& router() { return router_; }
  Cores& cores() { return cores_; }
  HttpServer& http() { return *server_; }
  prometheus::Registry& metrics() { return metrics_; }
  const Clock& clock() const { return clock_; }
  uint16_t port() const { return server_->port(); }

  void start() {
    std::string fault;
    const auto opened = server_->open({.name = "http", .bind = bind_, .tls = tls_}, fault);
    check(opened.ok(), "the test's server listens");
    cores_.start();
    server_->start();
  }

 private:
  SystemClock clock_;
  prometheus::Registry metrics_;
  Router router_;
  Cores cores_;
  std::vector<std::string> bind_;
  std::shared_ptr<TlsDoor> tls_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace vitrine
