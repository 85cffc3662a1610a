// The HTTP/1.1 server: keep-alive and pipelining, limits on everything a client sends, a problem
// document for everything that goes wrong. Later versions of HTTP fit beside its sessions: handlers see
// messages, never a socket.
//
//   HttpServer server({.cores = cores, .router = router, ...});
//   if (auto opened = server.open({.name = "http", .port = 8080}, fault); !opened) ...
//   server.start();
//   ... co_await server.drain(Milliseconds(5000)); server.stop();
//
// Owns    its listener and its sessions.
// Thread  open, start, stop: any one thread; drain: a task on any core.
// Never   ends because of what a client sends or a handler throws.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "net/dispatch.h"
#include "net/router.h"
#include "runtime/core.h"
#include "runtime/listener.h"

namespace prometheus {
class Registry;
}

namespace vitrine {

struct HttpServerNeeds {
  Cores& cores;  // each core has a configuration with net_config_keys()
  const Router& router;
  const Clock& clock;
  prometheus::Registry& metrics;
  Authenticator authenticator{};  // none: everybody is unknown
  Pages pages{};                  // none: unknown paths are 404
};

class HttpServer {
 public:
  // What it needs outlives it.
  explicit HttpServer(HttpServerNeeds needs);
  ~HttpServer();

  // Binds; as Listener::open.
  Result<void> open(ListenOptions options, std::string& fault);
  uint16_t port() const;
  const std::vector<std::string>& addresses() const;
  // Begins to accept. The router must be complete.
  void start();
  // Takes no new connections, closes idle ones, lets requests under way finish, answering with
  // Connection: close; false when `time` ran out first. Connections taken over by a stream handler are
  // its module's business.
  Task<bool> drain(Milliseconds time);
  // Closes what is left.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the sessions, which end on their cores
};

}  // namespace vitrine
