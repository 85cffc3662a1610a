#include "app/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>

#include "app/answer_text.h"
#include "app/backup.h"
#include "app/control.h"
#include "app/installation.h"
#include "app/settings.h"
#include "app/wait_for.h"
#include "base/log.h"
#include "media/module.h"
#include "members/module.h"
#include "rooms/module.h"
#include "runtime/blocking_pool.h"
#include "shop/module.h"

namespace vitrine {
namespace {

using Object = boost::json::object;
constexpr std::chrono::seconds kCommandWithin{30};
constexpr std::chrono::hours kBackupWithin{24};

std::string text_of(const Object& arguments, std::string_view name) {
  const auto* found = arguments.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

Problem not_here(std::string_view module) {
  return {ErrorKind::unavailable, fmt::format("{}.unavailable", module),
          fmt::format("The module {} does not run here; start it with --modules.", module)};
}

Task<Reply<Object>> create_user(Platform& platform, Object arguments) {
  if (platform.members_module == nullptr) co_return not_here("members");
  constexpr auto names = enum_names(Role{});
  const auto role = std::find(names.begin(), names.end(), text_of(arguments, "role"));
  if (role == names.end()) {
    co_return Problem{ErrorKind::invalid_input, "members.role",
                      fmt::format("The role must be one of {}.", fmt::join(names, ", "))};
  }
  auto task = platform.members_module->create_staff(
      text_of(arguments, "name"), static_cast<Role>(role - names.begin()), text_of(arguments, "password"));
  const Result<CreatedStaff> made = co_await std::move(task);
  if (!made) co_return made.error();
  co_return Object{{"user", made->account.str()},
                   {"name", made->name},
                   {"role", *role},
                   {"one_time_password", made->password}};
}

Task<Reply<Object>> create_room(Platform& platform, Object arguments) {
  if (platform.rooms_module == nullptr) co_return not_here("rooms");
  auto task = platform.rooms_module->create_room(text_of(arguments, "room"), text_of(arguments, "title"),
                                                 text_of(arguments, "host_name"));
  const Result<void> made = co_await std::move(task);
  if (!made) co_return made.error();
  co_return Object{{"room", text_of(arguments, "room")}, {"stream", text_of(arguments, "room")}};
}

Task<Reply<Object>> verify_ledger(Platform& platform, Object arguments) {
  if (platform.shop_module == nullptr) co_return not_here("shop");
  co_return co_await platform.shop_module->verify_ledger(text_of(arguments, "head"));
}

Task<Reply<Object>> back_up(Platform& platform, Object arguments) {
  const BackupWork work{.data = platform.data,
                        .database_url = platform.database_url,
                        .to = text_of(arguments, "backup"),
                        .at = platform.clock.wall()};
  BlockingPool pool(1, 1, Error{ErrorKind::exhausted, "backup.busy"});
  auto run = [work]() -> Result<BackupOutcome> { return take_backup(work); };
  const Result<BackupOutcome> outcome = co_await pool.run(std::move(run));
  if (!outcome) co_return outcome.error();
  if (!outcome->fault.empty()) co_return Problem{ErrorKind::unavailable, "backup.failed", outcome->fault};
  co_return outcome->summary;
}

struct Command {
  std::string_view name;
  Task<Reply<Object>> (*run)(Platform&, Object);
};
constexpr Command kCommands[] = {{"user-create", create_user},
                                 {"room-create", create_room},
                                 {"ledger-verify", verify_ledger},
                                 {"backup", back_up}};

std::string detail_of(const Problem& problem) {
  const auto response = to_response(problem);
  boost::system::error_code failed;
  const auto json = boost::json::parse(response.content(), failed);
  return failed ? problem.slug : std::string(json.at("detail").as_string());
}

int print(const Invocation& invocation, const Object& answer) {
  if (invocation.json) {
    fmt::print("{}\n", boost::json::serialize(answer));
    return 0;
  }
  fmt::print("{}", answer_text(answer));
  return 0;
}

int refuse(const std::string& why) {
  fmt::print(stderr, "vitrine: {}\n", why);
  return 1;
}

Object arguments_of(const Invocation& invocation) {
  Object out{{"name", invocation.name},
             {"role", invocation.role},
             {"stream", invocation.name},
             {"room", invocation.name},
             {"title", invocation.title},
             {"head", invocation.head},
             {"host_name", invocation.host_name},
             {"label", invocation.label},
             {"key_id", invocation.key_id},
             {"whom", invocation.whom},
             {"play", invocation.play},
             {"address", invocation.address},
             {"url", invocation.url},
             {"pull_id", invocation.pull_id}};
  out[invocation.command == "stream token" ? "viewer" : "viewer_id"] = invocation.viewer_id;
  // The server's working folder is another.
  if (!invocation.backup.empty())
    out["backup"] = std::filesystem::absolute(invocation.backup).lexically_normal().string();
  if (invocation.expires_s) out["expires_s"] = *invocation.expires_s;
  if (invocation.overlap_s) out["overlap_s"] = *invocation.overlap_s;
  return out;
}

int show_answer(const Invocation& invocation, const ControlAnswer& answer) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(answer.body, failed);
  if (failed || !json.is_object()) return refuse("the running server gave an answer that is not JSON");
  if (answer.status >= 300) return refuse(std::string(json.at("detail").as_string()));
  return print(invocation, json.get_object());
}

int run_here(const Invocation& invocation, const std::string& command) {
  auto flags = invocation.settings;
  flags.emplace_back("cores", "1");
  auto settings = load_settings(
      {.file = invocation.data + "/vitrine.toml", .environment = process_environment(), .flags = flags});
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) return refuse(fault->what);
  set_log_level(LogLevel::warn);
  std::string fault;
  auto config = std::make_shared<const Config>(std::get<Config>(std::move(settings)));
  const auto installation =
      Installation::open({.data = invocation.data, .config = config, .listens = false}, fault);
  if (!installation) return refuse(fault);
  installation->start();
  const auto reply = wait_for(installation->cores(),
                              run_command(installation->platform(), command, arguments_of(invocation)));
  installation->drain();
  installation->stop();
  if (!reply.ok()) return refuse(detail_of(reply.problem()));
  return print(invocation, reply.value());
}

}  // namespace

Task<Reply<Object>> run_command(Platform& platform, std::string name, Object arguments) {
  for (const Command& command : kCommands) {
    if (command.name == name) co_return co_await command.run(platform, std::move(arguments));
  }
  if (name.starts_with("key-") || name.starts_with("stream-") || name.starts_with("pull-")) {
    if (platform.media_module == nullptr) co_return not_here("media");
    co_return co_await platform.media_module->run_command(std::move(name), std::move(arguments),
                                                          platform.http_host);
  }
  co_return Problem{ErrorKind::not_found, "control.unknown_command", "There is no such command."};
}

int run_command_line(const Invocation& invocation) {
  std::string command = invocation.command;
  std::replace(command.begin(), command.end(), ' ', '-');
  if (const auto door = read_control_door(invocation.data)) {
    const std::chrono::seconds within = command == "backup" ? kBackupWithin : kCommandWithin;
    const auto answer = ask_ops_port(*door, "POST", "/control/" + command,
                                     boost::json::serialize(arguments_of(invocation)), within);
    if (answer) return show_answer(invocation, *answer);
    // A server that was killed leaves its door behind; if one still runs, the lock says so.
  }
  return run_here(invocation, command);
}

}  // namespace vitrine
