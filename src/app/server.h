// An installation with its doors open: the public HTTP server, the ops server, the ready file.
//
// Owns    the installation and both HTTP servers.
// Thread  the main thread.
#pragma once

#include <memory>
#include <string>

#include "app/installation.h"
#include "app/ops_server.h"
#include "net/http_server.h"

namespace vitrine {

class Server {
 public:
  // Opens every port and starts the modules. On failure `fault` is one sentence with the next step.
  static std::unique_ptr<Server> start(InstallationOptions options, std::string& fault);
  ~Server();

  Installation& installation() { return *installation_; }
  const std::string& data() const { return installation_->data(); }
  // Where a browser finds us: "http://127.0.0.1:8080", or this machine's network address; https with a
  // certificate.
  std::string base_url() const;
  uint16_t rtmp_port() const;
  // "rtmp", or "rtmps" when nothing else is taken.
  std::string_view rtmp_scheme() const;
  // {"pid", "http", "rtmp", "rtc", "ops"}, written whole or not at all.
  Result<void> write_ready_file(const std::string& path) const;
  // Takes nothing new, lets requests under way finish for `time`, then stops everything.
  void stop(Milliseconds time);

 private:
  Server() = default;
  bool open_doors(std::string& fault);
  std::string http_host() const;  // the same without its scheme

  std::unique_ptr<Installation> installation_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<OpsServer> ops_;
};

}  // namespace vitrine
