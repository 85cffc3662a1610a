#include "app/tools.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "app/control.h"
#include "app/doctor.h"
#include "app/installation.h"
#include "app/pretty_json.h"
#include "app/settings.h"
#include "app/wait_for.h"
#include "base/log.h"
#include "shop/module.h"

namespace vitrine {
namespace {

int refuse(const std::string& why, int status) {
  fmt::print(stderr, "vitrine: {}\n", why);
  return status;
}

std::string module_mend(const std::string& module) {
  return fmt::format("see the server's log for {}; docs/operations.md says what each reason means", module);
}

// What a running server says of its modules.
std::vector<Finding> ask_running_server(const ControlDoor& door) {
  const auto answer = ask_ops_port(door, "GET", "/readyz", "");
  if (!answer) return {};
  boost::system::error_code failed;
  const auto json = boost::json::parse(answer->body, failed);
  std::vector<Finding> findings;
  if (failed) return findings;
  for (const auto& module : json.at("modules").as_array()) {
    const std::string name(module.at("name").as_string());
    const std::string state(module.at("state").as_string());
    const std::string reason(module.at("reason").is_string() ? module.at("reason").as_string() : "");
    const bool ready = state == "ready";
    findings.push_back({"module " + name, ready ? Finding::State::ok : Finding::State::fail,
                        ready ? "ready" : state + ": " + reason, ready ? "" : module_mend(name)});
  }
  return findings;
}

// With no server running, the shop's books are examined here.
std::vector<Finding> examine_shop(const std::string& data, const Config& config) {
  if (!std::filesystem::exists(data + "/db/shop.sqlite")) return {};
  std::string fault;
  const auto installation = Installation::open(
      {.data = data, .modules = {"shop"}, .config = std::make_shared<const Config>(config), .listens = false},
      fault);
  if (!installation) return {{"data", Finding::State::fail, fault, "stop the process that holds it"}};
  installation->start();
  std::vector<Finding> findings;
  const auto broken = wait_for(installation->cores(), installation->platform().shop_module->examine());
  if (!broken) {
    findings.push_back(
        {"shop", Finding::State::fail, std::string(broken.error().reason), module_mend("shop")});
  } else if (broken->empty()) {
    findings.push_back({"shop", Finding::State::ok, "stock, orders and ledger agree", ""});
  } else {
    for (const auto& what : *broken) {
      findings.push_back({"shop", Finding::State::fail, "fenced: " + what,
                          "restore the last backup, or correct the row and start again"});
    }
  }
  installation->stop();
  return findings;
}

std::variant<Config, ConfigFault> settings_of(const Invocation& invocation) {
  SettingSources sources{
      .file = invocation.config_file.empty() ? invocation.data + "/vitrine.toml" : invocation.config_file,
      .file_must_exist = !invocation.config_file.empty(),
      .environment = process_environment(),
      .flags = invocation.settings};
  return load_settings(sources);
}

}  // namespace

int print_doctor(const Invocation& invocation) {
  const auto settings = settings_of(invocation);
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) return refuse(fault->what, 2);
  const Config& config = std::get<Config>(settings);
  set_log_level(LogLevel::off);
  std::vector<Finding> modules;
  if (const auto door = read_control_door(invocation.data)) modules = ask_running_server(*door);
  const bool running = !modules.empty();
  auto findings = examine_machine(config, invocation.data, running);
  if (!running) modules = examine_shop(invocation.data, config);
  findings.insert(findings.end(), modules.begin(), modules.end());
  fmt::print("{}\n", invocation.json ? findings_json(findings) : findings_text(findings));
  return any_failed(findings) ? 1 : 0;
}

int print_config(const Invocation& invocation) {
  if (invocation.toml) {
    fmt::print("{}", settings_toml(Config(all_config_keys())));
    return 0;
  }
  const auto settings = settings_of(invocation);
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) return refuse(fault->what, 2);
  const Config& config = std::get<Config>(settings);
  fmt::print("{}", invocation.json ? settings_json(config) + "\n" : settings_table(config));
  return 0;
}

int print_version(const Invocation& invocation) {
  if (invocation.json) {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"version", VITRINE_VERSION}}));
  } else {
    fmt::print("vitrine {}\n", VITRINE_VERSION);
  }
  return 0;
}

int print_openapi() {
  set_log_level(LogLevel::off);
  std::string fault;
  const std::string data =
      std::filesystem::temp_directory_path() / fmt::format("vitrine-openapi-{}", getpid());
  {
    const auto installation = Installation::open({.data = data,
                                                  .modules = {},
                                                  .config = std::make_shared<const Config>(all_config_keys()),
                                                  .sandbox = true},
                                                 fault);
    if (!installation) return refuse(fault, 1);
    fmt::print("{}\n", pretty_json(installation->router().openapi()));
  }
  std::filesystem::remove_all(data);
  return 0;
}

}  // namespace vitrine
