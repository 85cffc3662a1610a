#include "runtime/tls_door.h"

#include <sys/stat.h>

#include "base/log.h"
#include "runtime/metrics.h"

namespace vitrine {

TlsDoor::TlsDoor(prometheus::Registry& metrics)
    : plain_refused_(counter(metrics, "vitrine_tls_plain_refused_total",
                             "requests and connections without TLS refused by tls.required")),
      expires_(gauge(metrics, "vitrine_tls_certificate_expires_seconds",
                     "Unix time at which the certificate in use ends; 0: none")) {
  static constexpr std::array<const char*, 4> kNames{"done", "refused", "left", "late"};
  for (size_t at = 0; at < kNames.size(); ++at)
    outcomes_[at] = &counter(metrics, "vitrine_tls_handshakes_total", "TLS handshakes by how they ended",
                             {{"outcome", kNames[at]}});
}

TlsDoor::Stamp TlsDoor::stamp_of(const TlsSettings& settings) {
  Stamp out;
  size_t at = 0;
  for (const std::string* file : {&settings.certificate, &settings.key}) {
    struct stat info{};
    if (stat(file->c_str(), &info) != 0) info = {};
    out.values[at++] = info.st_mtim.tv_sec;
    out.values[at++] = info.st_mtim.tv_nsec;
    out.values[at++] = info.st_size;
    out.values[at++] = static_cast<int64_t>(info.st_ino);
  }
  return out;
}

Result<std::shared_ptr<const TlsContext>> TlsDoor::load(const TlsSettings& settings, std::string& fault) {
  // The stamp is taken first: what is written while we read is looked at again.
  seen_ = stamp_of(settings);
  return TlsContext::server(settings.certificate, settings.key, fault);
}

void TlsDoor::take(TlsSettings settings, std::shared_ptr<const TlsContext> context) {
  set(expires_, context ? static_cast<double>(context->expires().ms) / 1'000 : 0);
  if (context) {
    const int64_t days = (context->expires().ms - SystemClock().wall().ms) / 86'400'000;
    log_info("tls.certificate", {{"file", settings.certificate}, {"days_left", days}});
    if (days < 0) log_warn("tls.certificate_expired", {{"file", settings.certificate}});
  }
  required_ = settings.required;
  current_.with(
      [&](Current& current) { current = {.settings = std::move(settings), .context = std::move(context)}; });
}

Result<void> TlsDoor::configure(TlsSettings settings, std::string& fault) {
  if (settings.certificate.empty() && settings.key.empty()) {
    if (settings.required) {
      fault = "tls.required is on, but no certificate is set; give tls.certificate and tls.key";
      return Error{ErrorKind::invalid_input, "tls.required"};
    }
    take(std::move(settings), nullptr);
    return {};
  }
  auto context = load(settings, fault);
  if (!context) return context.error();
  take(std::move(settings), std::move(*context));
  return {};
}

void TlsDoor::look() {
  TlsSettings settings = current_.with([](const Current& current) { return current.settings; });
  if (settings.certificate.empty() || stamp_of(settings) == seen_) return;
  std::string fault;
  auto context = load(settings, fault);
  if (!context) {
    log_error("tls.reload_refused", {{"why", fault}, {"now", "the certificate before stays in use"}});
    return;
  }
  take(std::move(settings), std::move(*context));
}

std::shared_ptr<const TlsContext> TlsDoor::context() const {
  return current_.with([](const Current& current) { return current.context; });
}

Milliseconds TlsDoor::handshake_time() const {
  return current_.with([](const Current& current) { return current.settings.handshake; });
}

void TlsDoor::count(TlsOutcome outcome) {
  add(*outcomes_[static_cast<size_t>(outcome)]);
}

void TlsDoor::count_plain_refused() {
  add(plain_refused_);
}

}  // namespace vitrine
