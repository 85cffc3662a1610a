#include "app/installation.h"

#include <fmt/format.h>
#include <prometheus/registry.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/config.h"
#include "app/waiting_ops.h"
#include "base/log.h"
#include "store/postgres/check.h"

namespace vitrine {
namespace {

int core_count(const Config& config) {
  const auto wanted = static_cast<int>(config.get(kCores));
  return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string unknown_module(const std::vector<std::string>& wanted) {
  std::string known;
  for (const auto& entry : module_table()) known += (known.empty() ? "" : ", ") + std::string(entry.name);
  for (const auto& name : wanted) {
    const bool found = std::any_of(module_table().begin(), module_table().end(),
                                   [&](const ModuleEntry& entry) { return entry.name == name; });
    if (!found) return fmt::format("there is no module {}; there are {}", name, known);
  }
  return {};
}

std::string lock_fault(const std::string& data, const Error& error) {
  if (error.reason != "store.data_locked")
    return fmt::format("{} cannot be written; choose another with --data DIR", data);
  const auto holder = DataLock::holder(data);
  return fmt::format("{} is in use by process {}; stop it, or choose another folder with --data DIR", data,
                     holder ? std::to_string(*holder) : "?");
}

std::string marker_path(const std::string& data) {
  return data + "/db/postgres";
}

// One folder, one engine: rows of the other would not be seen, and nobody would be told.
std::string engine_fault(const std::string& data, bool postgres) {
  if (!postgres && std::filesystem::exists(marker_path(data)))
    return fmt::format("{} keeps its rows in PostgreSQL: give --database or VITRINE_DATABASE_URL", data);
  if (postgres && std::filesystem::exists(data + "/db/shop.sqlite"))
    return fmt::format("{} keeps its rows in SQLite files; name another folder with --data, or no database",
                       data);
  return {};
}

// The right to run on the database that database.url names; null and no fault when it names none.
std::unique_ptr<InstallationLease> own_database(const InstallationOptions& options, std::string& fault) {
  const std::string url = options.config->get(kDatabaseUrl);
  fault = engine_fault(options.data, !url.empty());
  if (url.empty() || !fault.empty()) return nullptr;
  const PostgresLook look = look_at_postgres(url);
  if (!look.usable) {
    fault = fmt::format("{}; {}", look.what, look.mend);
    return nullptr;
  }
  char host[HOST_NAME_MAX + 1] = {};
  gethostname(host, HOST_NAME_MAX);
  LeaseOptions lease{.url = url, .name = fmt::format("{}:{}", host, getpid()), .waiting = {}};
  std::unique_ptr<WaitingOps> waiting;
  if (options.listens) {
    lease.waiting = [&](const std::string& owner) {
      log_info("server.waiting", {{"database", look.shown}, {"owner", owner}});
      waiting = std::make_unique<WaitingOps>(options.config, owner);
    };
  }
  auto owned = InstallationLease::acquire(std::move(lease));
  waiting.reset();
  if (!owned) {
    fault =
        owned.error().reason == "store.installation_taken"
            ? fmt::format("another process owns the installation in {}; send the command to it", look.shown)
            : fmt::format("{} cannot be used ({})", look.shown, owned.error().reason);
    return nullptr;
  }
  std::ofstream(marker_path(options.data)) << look.shown << '\n';
  return std::move(*owned);
}

}  // namespace

std::unique_ptr<Installation> Installation::open(InstallationOptions options, std::string& fault) {
  fault = unknown_module(options.modules);
  if (!fault.empty()) return nullptr;
  std::error_code failed;
  std::filesystem::create_directories(options.data + "/db", failed);
  if (failed) {
    fault = fmt::format("{} cannot be made ({}); choose another folder with --data DIR", options.data,
                        failed.message());
    return nullptr;
  }
  auto lock = DataLock::acquire(options.data);
  if (!lock) {
    fault = lock_fault(options.data, lock.error());
    return nullptr;
  }
  auto lease = own_database(options, fault);
  if (!fault.empty()) return nullptr;
  std::unique_ptr<Installation> made(
      new Installation(std::move(options), std::move(lock).value(), std::move(lease)));
  // A command that works here alone needs no certificate, only to know whether links say https.
  const auto taken = made->tls_->configure(tls_settings(made->config()), fault);
  if (!taken && made->options_.listens) return nullptr;
  return made;
}

Installation::Installation(InstallationOptions options, DataLock lock,
                           std::unique_ptr<InstallationLease> lease)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      lease_(std::move(lease)),
      metrics_(std::make_shared<prometheus::Registry>()),
      tls_(std::make_shared<TlsDoor>(*metrics_)),
      cores_(core_count(*options_.config)),
      bus_(make_local_bus()),
      platform_{.cores = cores_,
                .router = router_,
                .bus = *bus_,
                .clock = clock_,
                .random = random_,
                .ids = ids_,
                .data = options_.data,
                .database_url = options_.config->get(kDatabaseUrl),
                .metrics = *metrics_,
                .board = board_,
                .rtmp = {.name = "rtmp",
                         .bind = options_.config->get(kBind),
                         .port = static_cast<uint16_t>(options_.config->get(kRtmpPort)),
                         .tls = tls_},
                .listens = options_.listens,
                .tls = *tls_,
                .http_host = fmt::format("127.0.0.1:{}", options_.config->get(kHttpPort)),
                .sandbox = options_.sandbox,
                .ops = absent_.ops.get(),
                .members = absent_.members.get(),
                .proofs = absent_.proofs.get(),
                .media = absent_.media.get()} {
  set_config(options_.config);
  for (const ModuleEntry& entry : module_table()) {
    const bool wanted =
        options_.modules.empty() ||
        std::find(options_.modules.begin(), options_.modules.end(), entry.name) != options_.modules.end();
    if (!wanted) continue;
    modules_.push_back({entry.name, entry.make(platform_)});
    Module* module = modules_.back().module.get();
    board_.add(std::string(entry.name), [module] { return module->trouble(); });
  }
}

Installation::~Installation() {
  stop();
  bus_.reset();  // it reads the modules' databases, so it goes before them
}

// A consumer that is stuck belongs to no module that could say so itself.
std::optional<std::string> Installation::bus_trouble() const {
  const auto stuck = bus_->trouble();
  if (stuck.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(stuck, "; "));
}

void Installation::start() {
  board_.add("bus", [this] { return bus_trouble(); });
  cores_.start();
  for (Running& running : modules_) {
    const Result<void> started = running.module->start();
    if (started) continue;
    board_.failed(std::string(running.name), std::string(started.error().reason));
    log_error("module.not_started", {{"module", running.name}, {"reason", started.error().reason}});
  }
  bus_->start();
  started_ = true;
}

void Installation::on_lost(std::function<void()> tell) {
  if (lease_) lease_->on_lost(std::move(tell));
}

void Installation::drain() {
  board_.drain();
  for (Running& running : modules_) running.module->drain();
}

void Installation::stop() {
  if (started_) {
    bus_->stop();
    for (auto running = modules_.rbegin(); running != modules_.rend(); ++running) running->module->stop();
    started_ = false;
  }
  cores_.stop();
}

void Installation::set_config(std::shared_ptr<const Config> config) {
  options_.config = config;
  for (int index = 0; index < cores_.count(); ++index) {
    Core& core = cores_.at(index);
    if (cores_.running()) {
      core.post([&core, config] { core.set_config(config); });
    } else {
      core.set_config(config);
    }
  }
}

}  // namespace vitrine
