// One data directory opened: cores, bus and the modules on them, without listeners. The server adds
// listeners; a command that finds no server running uses it alone.
//
// Owns    the data directory's lock, the cores, the bus, the router and the modules.
// Thread  made, started and stopped by the main thread; modules run on the cores.
// Never   ends because one module does not start: it is remembered as in trouble.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/modules.h"
#include "base/config.h"
#include "ops/health_board.h"
#include "store/data_lock.h"
#include "store/postgres/installation_lease.h"

namespace vitrine {

struct InstallationOptions {
  std::string data;
  std::vector<std::string> modules{};  // empty: all
  std::shared_ptr<const Config> config;
  bool listens = true;   // false: a command works here, nobody connects
  bool sandbox = false;  // payments may be played through the sandbox provider
};

class Installation {
 public:
  // Takes the lock and makes the modules. `fault` says what is in the way and what to do.
  // With PostgreSQL it waits until no other process owns the installation there (a command does not wait).
  static std::unique_ptr<Installation> open(InstallationOptions options, std::string& fault);
  ~Installation();

  void start();
  void drain();
  void stop();

  Platform& platform() { return platform_; }
  Router& router() { return router_; }
  Cores& cores() { return cores_; }
  prometheus::Registry& metrics() { return *metrics_; }
  const std::string& data() const { return options_.data; }
  const Config& config() const { return *options_.config; }
  const Clock& clock() const { return clock_; }
  // How every module is. Thread: any.
  const HealthBoard& board() const { return board_; }
  // Gives every core a new snapshot.
  void set_config(std::shared_ptr<const Config> config);
  // Called, from another thread, when another process owns the installation now: this one must end.
  void on_lost(std::function<void()> tell);
  // The certificate of every public port.
  const std::shared_ptr<TlsDoor>& tls() const { return tls_; }

 private:
  Installation(InstallationOptions options, DataLock lock, std::unique_ptr<InstallationLease> lease);

  std::optional<std::string> bus_trouble() const;

  struct Running {
    std::string_view name;
    std::unique_ptr<Module> module;
  };

  InstallationOptions options_;
  DataLock lock_;
  std::unique_ptr<InstallationLease> lease_;  // with PostgreSQL
  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_{clock_, random_};
  std::shared_ptr<prometheus::Registry> metrics_;
  std::shared_ptr<TlsDoor> tls_;
  Cores cores_;
  Router router_;
  HealthBoard board_;
  std::unique_ptr<Bus> bus_;
  AbsentPorts absent_;
  Platform platform_;
  std::vector<Running> modules_;
  bool started_ = false;
};

}  // namespace vitrine
