#include "ops/module.h"

#include "base/log.h"

namespace vitrine {
namespace {

std::string state_of(Capabilities capabilities) {
  return std::string("selling ") + (capabilities.selling ? "on" : "off") + ", chat " +
         (capabilities.chat ? "on" : "off");
}

CapabilitiesView to_view(Capabilities capabilities) {
  return {capabilities.selling, capabilities.chat};
}

}  // namespace

OpsModule::OpsModule(OpsNeeds needs) : needs_(std::move(needs)), home_(needs_.cores.home_of("ops")) {
  add_routes();
}

void OpsModule::add_routes() {
  Router& router = needs_.router;
  router.add<NoBody, CapabilitiesView>({.path = "/v1/capabilities",
                                        .operation = "capabilities",
                                        .tag = "ops",
                                        .summary = "What of the shop is switched on"},
                                       [this](Call call) { return show(std::move(call)); });
  router.add<CapabilitiesBody, CapabilitiesView>(
      {.method = HttpMethod::put,
       .path = "/v1/capabilities",
       .operation = "changeCapabilities",
       .tag = "ops",
       .summary = "Switch capabilities; pages and rooms follow within 5 s, open orders finish",
       .access = Access::staff,
       .right = Right::settings_write},
      [this](Call call, CapabilitiesBody body) { return change(std::move(call), body); });
  router.add<NoBody, StatusView>({.path = "/v1/status",
                                  .operation = "status",
                                  .tag = "ops",
                                  .summary = "How each module is, and the version",
                                  .access = Access::staff},
                                 [this](Call call) { return status(std::move(call)); });
  router.add<NoBody, HttpResponse>(
      {.path = "/openapi.json", .operation = "openapi", .tag = "ops", .summary = "This API, as OpenAPI 3.1"},
      [this](Call call) { return openapi(std::move(call)); });
}

Result<void> OpsModule::start() {
  // Every module has declared its routes by now.
  openapi_ = boost::json::serialize(needs_.router.openapi());
  auto database = open_database({.name = "ops",
                                 .directory = needs_.data_directory + "/db",
                                 .url = needs_.database_url,
                                 .migrations = ops_migrations()});
  if (!database) return database.error();
  needs_.bus.source(**database);
  database_ = std::move(*database);
  // Waited for, so that nothing of it is under way when the module goes again at once.
  const auto read = std::make_shared<std::promise<void>>();
  auto done = read->get_future();
  home_.spawn(load(read));
  done.wait();
  return {};
}

Task<void> OpsModule::load(std::shared_ptr<std::promise<void>> read) {
  const auto loaded = co_await switch_.load(database_.get());
  if (!loaded) log_error("ops.capabilities_unread", {{"reason", loaded.error().reason}});
  loaded_ = loaded.ok();
  read->set_value();
}

void OpsModule::stop() {
  if (database_) database_->close();
}

std::optional<std::string> OpsModule::trouble() const {
  if (!database_) return "not started";
  if (const auto failed = database_->health()) return std::string(failed->reason);
  if (!loaded_) return "capabilities not read yet";
  return std::nullopt;
}

Task<Reply<CapabilitiesView>> OpsModule::show(Call) {
  co_return to_view(capabilities());
}

Task<Result<Capabilities>> OpsModule::change_at_home(CapabilitiesBody body) {
  const CapabilitiesChange change{body.selling, body.chat};
  co_return co_await switch_.change(database_.get(), change, needs_.clock.wall());
}

Task<Reply<CapabilitiesView>> OpsModule::change(Call call, CapabilitiesBody body) {
  if (!database_) co_return Error{ErrorKind::unavailable, "ops.unavailable"};
  const Capabilities before = capabilities();
  auto task = change_at_home(body);
  const auto after = co_await on_core(home_, std::move(task));
  if (!after) co_return after.error();
  if (needs_.members != nullptr) {
    AuditEntry entry{.actor = call.caller.staff->id,
                     .act = "capabilities.change",
                     .subject = state_of(*after),
                     .ip = call.request->remote,
                     .before = state_of(before),
                     .after = state_of(*after)};
    // The switch is thrown already; a missing line is a fault to see, not a reason to say it failed.
    const auto noted = co_await needs_.members->audit(std::move(entry));
    if (!noted)
      log_error("ops.audit_missing", {{"act", "capabilities.change"}, {"reason", noted.error().reason}});
  }
  co_return to_view(*after);
}

Task<Reply<StatusView>> OpsModule::status(Call) {
  co_return StatusView{to_views(needs_.board.look()), needs_.version};
}

Task<Reply<HttpResponse>> OpsModule::openapi(Call) {
  HttpResponse response;
  response.headers.set("Content-Type", "application/json");
  response.body = openapi_;
  co_return response;
}

}  // namespace vitrine
