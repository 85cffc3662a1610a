// The ops port: 127.0.0.1 only. Health and metrics for everybody on this machine; commands for whoever can
// read DATA/control.json.
//
// Owns    its router, its HTTP server and the token of this run.
// Thread  the main thread; routes on any core.
#pragma once

#include <memory>
#include <string>

#include "app/control.h"
#include "app/installation.h"
#include "net/http_server.h"
#include "ops/ops_routes.h"

namespace vitrine {

class OpsServer {
 public:
  explicit OpsServer(Installation& installation);

  Result<void> open(uint16_t port, std::string& fault);
  void start() { server_.start(); }
  void stop() { server_.stop(); }
  // How commands reach this server.
  ControlDoor door() const { return {server_.port(), token_}; }

 private:
  Task<Reply<HttpResponse>> run(Call call, RawBody body);

  Installation& installation_;
  std::string token_;
  ProcessMetrics process_;
  Router router_;
  HttpServer server_;
};

}  // namespace vitrine
