#include "app/waiting_ops.h"

#include "app/config.h"
#include "base/log.h"

namespace vitrine {

WaitingOps::WaitingOps(std::shared_ptr<const Config> config, const std::string& owner)
    : process_(metrics_),
      server_({.cores = cores_, .router = router_, .clock = clock_, .metrics = metrics_}) {
  board_.add("installation", [owner] { return std::optional("waiting: " + owner + " owns it"); });
  add_ops_routes(router_, board_, process_, metrics_);
  const auto port = static_cast<uint16_t>(config->get(kOpsPort));
  cores_.at(0).set_config(std::move(config));
  cores_.start();
  std::string fault;
  const auto opened = server_.open({.name = "ops", .bind = {"127.0.0.1"}, .port = port}, fault);
  if (!opened) {
    log_warn("server.waiting_without_ops", {{"why", fault}});
    return;
  }
  server_.start();
}

WaitingOps::~WaitingOps() {
  server_.stop();
  cores_.stop();
}

}  // namespace vitrine
