// The ops port of a server that waits until the installation is free: it lives, it is not ready, and it says
// for whom it waits.
//
// Owns    a core, a router and an HTTP server of its own; all end with it, and the port is free again.
// Thread  the main thread makes and destroys it.
// Never   takes commands: what it would change belongs to the owner.
#pragma once

#include <prometheus/registry.h>
#include <memory>
#include <string>

#include "base/config.h"
#include "net/http_server.h"
#include "ops/ops_routes.h"

namespace vitrine {

class WaitingOps {
 public:
  // `owner` is "host:pid". A port that cannot be opened is logged: waiting goes on without it.
  WaitingOps(std::shared_ptr<const Config> config, const std::string& owner);
  ~WaitingOps();
  WaitingOps(const WaitingOps&) = delete;
  WaitingOps& operator=(const WaitingOps&) = delete;

 private:
  SystemClock clock_;
  prometheus::Registry metrics_;
  ProcessMetrics process_;
  HealthBoard board_;
  Router router_;
  Cores cores_{1};
  HttpServer server_;
};

}  // namespace vitrine
