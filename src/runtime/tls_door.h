// The server's side of TLS: which certificate new connections see, and whether plain ones are welcome. One
// for all listeners of the process.
//
//   TlsDoor door(metrics);
//   if (auto taken = door.configure(tls_settings(config), fault); !taken) ...
//   listener options: .tls = door
//   door.look();        every few seconds: has somebody renewed the certificate?
//
// Owns    the current context, and the counts of handshakes.
// Thread  configure() and look(): one thread that may read files; everything else any.
// Never   gives up a certificate that works for one that does not.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/guarded.h"
#include "runtime/tls_config.h"
#include "runtime/tls_context.h"

namespace prometheus {
class Counter;
class Gauge;
class Registry;
}  // namespace prometheus

namespace vitrine {

// How a handshake ended.
enum class TlsOutcome : uint8_t {
  done,
  refused,  // no common version or cipher, not TLS at all
  left,     // the client went away in the middle
  late,     // tls.handshake_ms
};

class TlsDoor {
 public:
  explicit TlsDoor(prometheus::Registry& metrics);

  // Takes new settings and reads their files. On failure everything stays as it was and `fault` is one
  // sentence that says what to mend. Errors: `invalid_input` "tls.certificate", "tls.key", "tls.required".
  Result<void> configure(TlsSettings settings, std::string& fault);
  // Reads the files again when they have changed on disk. What cannot be used is logged once and left.
  void look();

  // What a connection that begins now is to use; null: no TLS.
  std::shared_ptr<const TlsContext> context() const;
  bool required() const { return required_.load(std::memory_order_relaxed); }
  Milliseconds handshake_time() const;

  void count(TlsOutcome outcome);
  void count_plain_refused();

 private:
  struct Current {
    TlsSettings settings;
    std::shared_ptr<const TlsContext> context;
  };
  // What stat() says of both files: another value, other files.
  struct Stamp {
    std::array<int64_t, 8> values{};
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static Stamp stamp_of(const TlsSettings& settings);
  Result<std::shared_ptr<const TlsContext>> load(const TlsSettings& settings, std::string& fault);
  void take(TlsSettings settings, std::shared_ptr<const TlsContext> context);

  Guarded<Current> current_;
  std::atomic<bool> required_{false};  // of current_, for a look per request
  Stamp seen_;
  std::array<prometheus::Counter*, 4> outcomes_;  // by TlsOutcome
  prometheus::Counter& plain_refused_;
  prometheus::Gauge& expires_;
};

}  // namespace vitrine
