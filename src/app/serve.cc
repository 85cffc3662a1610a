#include "app/serve.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>

#include "app/config.h"
#include "app/demo.h"
#include "app/qr.h"
#include "app/server.h"
#include "app/settings.h"
#include "app/wait_for.h"
#include "base/log.h"
#include "members/module.h"
#include "runtime/listener.h"
#include "shop/payments/payments_config.h"

namespace vitrine {
namespace {

constexpr int kExitSecondSignal = 130;
constexpr int kExitNotOwner = 75;  // EX_TEMPFAIL: start again, and wait until the installation is free
constexpr Milliseconds kLookAtCertificate{2'000};

SettingSources sources_of(const Invocation& invocation) {
  SettingSources sources{
      .file = invocation.config_file.empty() ? invocation.data + "/vitrine.toml" : invocation.config_file,
      .file_must_exist = !invocation.config_file.empty(),
      .environment = process_environment(),
      .flags = {}};
  // The demo shows both ways to pay; what the user typed still wins.
  if (invocation.command == "demo") sources.flags.emplace_back("payments.manual", "true");
  if (invocation.lan) sources.flags.emplace_back("bind", "0.0.0.0,::");
  sources.flags.insert(sources.flags.end(), invocation.settings.begin(), invocation.settings.end());
  return sources;
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

// SHOP-RULES 22: play money on a network others can reach needs a second word.
std::string sandbox_fault(const Invocation& invocation, const Config& config, bool sandbox) {
  const auto bind = config.get(kBind);
  const bool private_only = std::all_of(bind.begin(), bind.end(), is_loopback);
  if (!sandbox || private_only || invocation.yes_sandbox) return {};
  return "payments are in sandbox mode and others can reach this address: orders would be paid with play "
         "money. "
         "Add --yes-sandbox if that is what you want";
}

void apply_log_level(const Config& config) {
  const auto found = std::find(kLogLevels.begin(), kLogLevels.end(), config.get(kLogLevel));
  set_log_level(static_cast<LogLevel>(found - kLogLevels.begin()));  // load_settings() took no other
}

int refuse(const std::string& why, int status) {
  fmt::print(stderr, "vitrine: {}\n", why);
  return status;
}

void print_demo(const Server& server, const DemoAccess& access, bool publishing) {
  const std::string url = server.base_url();
  const std::string room = url + "/r/demo";
  fmt::print("\n  Vitrine 橱窗 is live\n\n");
  fmt::print("  room      {}\n", room);
  fmt::print("  console   {}/console      (owner / {}, host / {})\n", url, access.owner_password,
             access.host_password);
  fmt::print("  publish   {}://HOST:{}/live  stream key: demo?key={}\n", server.rtmp_scheme(),
             server.rtmp_port(), access.stream_key);
  if (!publishing)
    fmt::print("  (no demo stream: vitrine-codec is not beside this program, or --no-publisher)\n");
  fmt::print("\n{}\n  SANDBOX: orders are paid with play money. Ctrl-C stops.\n\n", terminal_qr(room));
  std::fflush(stdout);
}

// The first start has no owner yet: whoever opens the link becomes it.
void print_links(Server& server) {
  const std::string url = server.base_url();
  fmt::print("Vitrine is ready: {}/  console: {}/console\n", url, url);
  if (MembersModule* members = server.installation().platform().members_module) {
    const auto token = wait_for(server.installation().cores(), members->make_claim());
    if (token && *token)
      fmt::print("Make the owner's account (this link works once): {}/console/claim?token={}\n", url,
                 **token);
  }
  std::fflush(stdout);
}

// Takes a new snapshot of the settings; a fault leaves the old one in force.
void reload(const Invocation& invocation, Server& server) {
  auto settings = load_settings(sources_of(invocation));
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) {
    log_error("server.reload_refused", {{"why", fault->what}});
    return;
  }
  auto config = std::make_shared<const Config>(std::get<Config>(std::move(settings)));
  std::string fault;
  if (const auto taken = server.installation().tls()->configure(tls_settings(*config), fault); !taken) {
    log_error("server.reload_refused", {{"why", fault}});
    return;
  }
  apply_log_level(*config);
  server.installation().set_config(std::move(config));
  log_info("server.reloaded");
}

// Returns 0 at the first SIGINT or SIGTERM, kExitNotOwner when another process took the installation over;
// SIGHUP reloads, and a renewed certificate is seen by itself.
int wait_for_the_end(const Invocation& invocation, Server& server) {
  boost::asio::io_context loop;
  boost::asio::steady_timer timer(loop);
  std::function<void()> look = [&] {
    timer.expires_after(kLookAtCertificate);
    timer.async_wait([&](const boost::system::error_code& failed) {
      if (failed) return;
      server.installation().tls()->look();
      look();
    });
  };
  look();
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  std::function<void()> wait = [&] {
    signals.async_wait([&](const boost::system::error_code& failed, int number) {
      if (failed || number != SIGHUP) {
        loop.stop();
        return;
      }
      reload(invocation, server);
      wait();
    });
  };
  wait();
  int status = 0;
  server.installation().on_lost([&] {
    boost::asio::post(loop, [&] {
      status = kExitNotOwner;
      loop.stop();
    });
  });
  loop.run();
  server.installation().on_lost({});
  return status;
}

void end_at_once_on_second_signal() {
  struct sigaction action{};
  action.sa_handler = [](int) { _exit(kExitSecondSignal); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGHUP, SIG_IGN);  // nothing is left to reload, and a closed terminal must not cut the drain
}

void remove_ready_file(const Invocation& invocation) {
  std::error_code ignored;
  if (!invocation.ready_file.empty()) std::filesystem::remove(invocation.ready_file, ignored);
}

// The demo or the ready line, then the wait; everything between start and stop.
int run(const Invocation& invocation, Server& server) {
  std::unique_ptr<ChildProcess> publisher;
  if (invocation.command == "demo") {
    const auto access = plant_demo(server);
    if (!access) return refuse(fmt::format("the demo shop could not be made ({})", access.error().reason), 1);
    if (invocation.publisher) publisher = start_demo_publisher(server, *access);
    print_demo(server, *access, publisher != nullptr);
  } else {
    print_links(server);
  }
  if (!invocation.ready_file.empty()) {
    if (const auto written = server.write_ready_file(invocation.ready_file); !written) {
      return refuse(invocation.ready_file + " cannot be written; choose another with --ready-file", 1);
    }
  }
  const int status = wait_for_the_end(invocation, server);
  end_at_once_on_second_signal();
  log_info("server.stopping");
  return status;
}

}  // namespace

int serve(const Invocation& invocation) {
  auto settings = load_settings(sources_of(invocation));
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) return refuse(fault->what, 2);
  const auto config = std::make_shared<const Config>(std::get<Config>(std::move(settings)));
  const bool sandbox = invocation.command == "demo" || config->get(kSandboxOn);
  if (const auto fault = sandbox_fault(invocation, *config, sandbox); !fault.empty()) return refuse(fault, 2);
  apply_log_level(*config);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);  // until there is something to reload
  raise_descriptor_limit();

  std::string fault;
  const auto server = Server::start(
      {.data = invocation.data, .modules = invocation.modules, .config = config, .sandbox = sandbox}, fault);
  if (!server) return refuse(fault, 1);
  remove_ready_file(invocation);  // one that a killed run left says nothing of this one
  const int status = run(invocation, *server);
  remove_ready_file(invocation);
  server->stop(Milliseconds(server->installation().config().get(kDrainMs)));
  return status;
}

}  // namespace vitrine
