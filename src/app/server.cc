#include "app/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "app/config.h"
#include "app/control.h"
#include "app/pages.h"
#include "base/log.h"
#include "media/module.h"
#include "members/module.h"

namespace vitrine {
namespace {

bool is_any_address(const std::string& address) {
  return address == "0.0.0.0" || address == "::" || address == "*";
}

// The first IPv4 address other machines can reach; loopback when there is none.
std::string network_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return "127.0.0.1";
  std::string found = "127.0.0.1";
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET ||
        (each->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr, text, sizeof(text));
    found = text;
    break;
  }
  freeifaddrs(list);
  return found;
}

}  // namespace

std::unique_ptr<Server> Server::start(InstallationOptions options, std::string& fault) {
  auto installation = Installation::open(std::move(options), fault);
  if (!installation) return nullptr;
  std::unique_ptr<Server> server(new Server());
  server->installation_ = std::move(installation);
  server->installation_->start();
  if (!server->open_doors(fault)) {
    server->stop(Milliseconds(0));
    return nullptr;
  }
  return server;
}

Server::~Server() {
  stop(Milliseconds(0));
}

bool Server::open_doors(std::string& fault) {
  Installation& here = *installation_;
  const Config& config = here.config();
  HttpServerNeeds needs{.cores = here.cores(),
                        .router = here.router(),
                        .clock = here.clock(),
                        .metrics = here.metrics(),
                        .pages = serve_page};
  if (here.platform().members_module != nullptr)
    needs.authenticator = here.platform().members_module->authenticator();
  http_ = std::make_unique<HttpServer>(std::move(needs));
  ops_ = std::make_unique<OpsServer>(here);
  const ListenOptions http{.name = "http",
                           .bind = config.get(kBind),
                           .port = static_cast<uint16_t>(config.get(kHttpPort)),
                           .tls = here.tls()};
  if (!http_->open(http, fault) || !ops_->open(static_cast<uint16_t>(config.get(kOpsPort)), fault))
    return false;
  here.platform().http_host = http_host();
  http_->start();
  ops_->start();
  return write_control_door(here.data(), ops_->door()).ok();
}

std::string Server::base_url() const {
  return (installation_->tls()->context() ? "https://" : "http://") + http_host();
}

std::string Server::http_host() const {
  const auto bind = installation_->config().get(kBind);
  const bool any = std::any_of(bind.begin(), bind.end(), is_any_address);
  std::string host = any ? network_address() : bind.empty() ? "127.0.0.1" : bind.front();
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}:{}", host, http_->port());
}

uint16_t Server::rtmp_port() const {
  const MediaModule* media = installation_->platform().media_module;
  return media == nullptr ? 0 : media->rtmp_port();
}

std::string_view Server::rtmp_scheme() const {
  return installation_->tls()->required() ? "rtmps" : "rtmp";
}

Result<void> Server::write_ready_file(const std::string& path) const {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh);
  file << fmt::format(R"({{"pid":{},"http":{},"rtmp":{},"rtc":0,"ops":{}}})", getpid(), http_->port(),
                      rtmp_port(), ops_->door().port)
       << '\n';
  file.close();
  std::error_code failed;
  std::filesystem::rename(fresh, path, failed);
  if (!file || failed) return Error{ErrorKind::unavailable, "server.ready_file"};
  return {};
}

void Server::stop(Milliseconds time) {
  if (!installation_) return;
  remove_control_door(installation_->data());
  installation_->drain();
  if (http_ && time.count() > 0) {
    auto drained =
        boost::asio::co_spawn(installation_->cores().at(0).io(), http_->drain(time), boost::asio::use_future);
    if (!drained.get()) log_warn("server.requests_cut", {});
  }
  if (http_) http_->stop();
  if (ops_) ops_->stop();
  installation_->stop();
  http_.reset();
  ops_.reset();
  installation_.reset();
}

}  // namespace vitrine
