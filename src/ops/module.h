// Ops: what of the shop is switched on, how the modules are, what the API looks like.
//
// Owns    ops.sqlite.
// Thread  construction, start, drain and stop on the program's main thread; routes and the port on any
//         core; changes on one home core.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "bus/bus.h"
#include "contract/members.h"
#include "contract/module.h"
#include "contract/ops.h"
#include "net/router.h"
#include "ops/capabilities.h"
#include "ops/health_board.h"
#include "ops/views.h"
#include "runtime/core.h"

namespace vitrine {

struct OpsNeeds {
  Cores& cores;
  Router& router;
  Bus& bus;
  const Clock& clock;
  std::string data_directory;
  std::string database_url{};  // "postgres://..."; empty: SQLite under data_directory
  const HealthBoard& board;
  MembersPort* members = nullptr;  // for the audit log; null when members does not run here
  std::string version;             // of the program
};

class OpsModule final : public Module, public OpsPort {
 public:
  explicit OpsModule(OpsNeeds needs);

  Result<void> start() override;
  void drain() override {}
  void stop() override;
  std::optional<std::string> trouble() const override;

  Capabilities capabilities() const override { return switch_.now(); }

 private:
  void add_routes();
  Task<Reply<CapabilitiesView>> show(Call call);
  Task<Reply<CapabilitiesView>> change(Call call, CapabilitiesBody body);
  Task<Result<Capabilities>> change_at_home(CapabilitiesBody body);
  Task<Reply<StatusView>> status(Call call);
  Task<Reply<HttpResponse>> openapi(Call call);
  Task<void> load(std::shared_ptr<std::promise<void>> read);

  OpsNeeds needs_;
  Core& home_;
  CapabilitySwitch switch_;
  std::unique_ptr<Database> database_;
  std::string openapi_;
  std::atomic<bool> loaded_{false};
};

}  // namespace vitrine
