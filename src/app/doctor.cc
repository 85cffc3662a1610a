#include "app/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "app/config.h"
#include "net/config.h"
#include "runtime/core.h"
#include "runtime/listener.h"
#include "runtime/tls_config.h"
#include "runtime/tls_context.h"
#include "store/postgres/check.h"

namespace vitrine {
namespace {

constexpr uint64_t kDiskFail = 200ULL << 20;
constexpr uint64_t kDiskWarn = 2ULL << 30;
constexpr rlim_t kDescriptorsWarn = 8'192;
constexpr int64_t kCertificateDaysWarn = 14;
constexpr time_t kBuiltAfter = 1'767'225'600;  // 2026-01-01: a clock before it was never set

Finding check_port(const std::string& name, const std::string& flag, const std::vector<std::string>& bind,
                   int64_t port, bool ours) {
  const std::string title = name + " port";
  if (port == 0) return {title, Finding::State::ok, "a free port will be picked", ""};
  Cores cores(1);
  std::string fault;
  const auto opened =
      Listener::open(cores, {.name = name, .bind = bind, .port = static_cast<uint16_t>(port)}, fault);
  if (opened) return {title, Finding::State::ok, fmt::format("port {} is free", port), ""};
  if (ours)
    return {title, Finding::State::ok, fmt::format("port {} is taken, by our running server", port), ""};
  return {
      title, Finding::State::fail, fault,
      fmt::format("stop the program that listens there (ss -ltnp 'sport = :{}') or choose another with {} N",
                  port, flag)};
}

Finding check_disk(const std::string& data) {
  std::error_code failed;
  std::filesystem::path folder = std::filesystem::absolute(data, failed);
  while (!std::filesystem::exists(folder) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  struct statvfs info{};
  if (statvfs(folder.c_str(), &info) != 0) {
    return {"disk", Finding::State::fail, fmt::format("{} cannot be read", folder.string()),
            "choose another folder with --data DIR"};
  }
  const uint64_t free_bytes = static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  const std::string what = fmt::format("{} MiB free for {}", free_bytes >> 20, data);
  if (free_bytes < kDiskFail)
    return {"disk", Finding::State::fail, what, "free some space or move --data to another disk"};
  if (free_bytes < kDiskWarn)
    return {"disk", Finding::State::warn, what, "recordings and orders will need more space soon"};
  return {"disk", Finding::State::ok, what, ""};
}

// Empty without database.url.
std::vector<Finding> check_database(const Config& config) {
  const std::string url = config.get(kDatabaseUrl);
  if (url.empty()) return {};
  PostgresLook look = look_at_postgres(url);
  const auto state = !look.usable        ? Finding::State::fail
                     : look.mend.empty() ? Finding::State::ok
                                         : Finding::State::warn;
  return {{"database", state, std::move(look.what), std::move(look.mend)}};
}

Finding check_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::string what = fmt::format("up to {} open connections and files", limit.rlim_max);
  if (limit.rlim_max < kDescriptorsWarn) {
    return {"descriptors", Finding::State::warn, what,
            "raise LimitNOFILE (systemd) or `ulimit -Hn` for more viewers"};
  }
  return {"descriptors", Finding::State::ok, what, ""};
}

Finding check_clock() {
  if (std::time(nullptr) < kBuiltAfter) {
    return {"clock", Finding::State::fail, "the clock is years behind",
            "set the time, e.g. timedatectl set-ntp true"};
  }
  return {"clock", Finding::State::ok, "the clock is plausible", ""};
}

// Whether somebody else than this machine can connect, and no proxy of ours stands before it.
bool in_the_open(const Config& config) {
  const auto bind = config.get(kBind);
  const bool private_only = std::all_of(bind.begin(), bind.end(), [](const std::string& address) {
    return address == "::1" || address.starts_with("127.");
  });
  return !private_only && config.get(kTrustedProxies).empty();
}

bool readable_by_everybody(const std::string& file) {
  struct stat info{};
  return stat(file.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

Finding check_tls(const Config& config) {
  constexpr const char* kHow = "set tls.certificate and tls.key to PEM files (docs/operations.md, TLS)";
  const TlsSettings settings = tls_settings(config);
  if (settings.certificate.empty() && settings.key.empty()) {
    if (settings.required)
      return {"tls", Finding::State::fail, "tls.required is on without a certificate", kHow};
    if (in_the_open(config))
      return {"tls", Finding::State::warn, "no certificate: sign-ins and stream keys travel in the open",
              kHow};
    return {"tls", Finding::State::ok, "no certificate; none is needed on this machine alone", ""};
  }
  std::string fault;
  const auto context = TlsContext::server(settings.certificate, settings.key, fault);
  if (!context) {
    return {"tls", Finding::State::fail, fault,
            "give a certificate and its own key in PEM form, readable by this user; a running server keeps "
            "the last good pair"};
  }
  const int64_t days = ((*context)->expires() - SystemClock().wall()).count() / 86'400'000;
  constexpr const char* kRenew = "renew it; a running server takes the new files by itself";
  if (days < 0) return {"tls", Finding::State::fail, "the certificate has expired", kRenew};
  const std::string what = fmt::format("the certificate fits its key and is good for {} days", days);
  if (days < kCertificateDaysWarn) return {"tls", Finding::State::warn, what, kRenew};
  if (readable_by_everybody(settings.key))
    return {"tls", Finding::State::warn, what + "; everybody on this machine can read the key",
            fmt::format("chmod o= {}", settings.key)};
  return {"tls", Finding::State::ok, what, ""};
}

// The program's standard output; empty when it fails.
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string out;
  std::array<char, 4096> chunk;
  while (pipe && fgets(chunk.data(), chunk.size(), pipe.get()) != nullptr) out += chunk.data();
  return out;
}

Finding check_codec() {
  const std::string program = codec_program();
  if (program.empty()) {
    return {"codecs", Finding::State::warn, "vitrine-codec is not beside this program",
            "build it with ./dev build; without it there is no demo stream"};
  }
  const std::string answer = output_of("'" + program + "' probe 2>/dev/null");
  if (answer.find("libx264") == std::string::npos) {
    return {"codecs", Finding::State::warn, "vitrine-codec has no H264 encoder",
            "install Debian's libavcodec with x264"};
  }
  return {"codecs", Finding::State::ok, "vitrine-codec encodes H264 and AAC", ""};
}

std::string_view state_name(Finding::State state) {
  switch (state) {
    case Finding::State::ok:
      return "ok";
    case Finding::State::warn:
      return "warn";
    case Finding::State::fail:
      return "fail";
  }
  return "fail";
}

}  // namespace

std::string codec_program() {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto beside = self.parent_path() / "vitrine-codec";
  return std::filesystem::exists(beside, failed) ? beside.string() : std::string();
}

std::vector<Finding> examine_machine(const Config& config, const std::string& data, bool ports_are_ours) {
  const auto bind = config.get(kBind);
  std::vector<Finding> findings = check_database(config);
  for (Finding& finding : std::vector<Finding>{
           check_port("http", "--http-port", bind, config.get(kHttpPort), ports_are_ours),
           check_port("rtmp", "--rtmp-port", bind, config.get(kRtmpPort), ports_are_ours),
           check_port("ops", "--ops-port", {"127.0.0.1"}, config.get(kOpsPort), ports_are_ours),
           check_disk(data), check_descriptors(), check_clock(), check_tls(config), check_codec()}) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    out += fmt::format("{:<5} {}: {}\n", state_name(finding.state), finding.name, finding.what);
    if (!finding.mend.empty()) out += fmt::format("      -> {}\n", finding.mend);
  }
  return out;
}

std::string findings_json(const std::vector<Finding>& findings) {
  boost::json::array checks;
  for (const Finding& finding : findings) {
    checks.push_back({{"name", finding.name},
                      {"state", state_name(finding.state)},
                      {"what", finding.what},
                      {"mend", finding.mend}});
  }
  return boost::json::serialize(
      boost::json::object{{"ok", !any_failed(findings)}, {"checks", std::move(checks)}});
}

bool any_failed(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.state == Finding::State::fail; });
}

}  // namespace vitrine
