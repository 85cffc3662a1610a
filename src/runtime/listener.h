// Opens listening sockets: the one place that does (DESIGN 6). Several addresses, IPv4 and IPv6, one
// acceptor a core on the same port (SO_REUSEPORT), or descriptors handed in by the service manager
// (LISTEN_FDS).
//
// Owns    the listening descriptors and the accept loops.
// Thread  open, start and the destructor: while no core runs, or any thread before stop; the callback
//         runs on the core that accepted.
// Never   ends because descriptors ran out: it waits and goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core.h"
#include "runtime/tcp.h"

namespace vitrine {

struct ListenOptions {
  std::string name;                                   // "http": in logs, faults and LISTEN_FDNAMES
  std::vector<std::string> bind{"127.0.0.1", "::1"};  // numeric addresses; "*" is 0.0.0.0 and ::
  uint16_t port = 0;                                  // 0: the system picks one, the same everywhere
  std::shared_ptr<TlsDoor> tls{};                     // TLS on the same port; null: plain only
  PlainRule plain = PlainRule::close;                 // while tls.required is on
};

class Listener {
 public:
  using Accepted = std::function<void(Core&, TcpSocket)>;

  ~Listener();

  // Binds and listens; nothing is accepted before start(). On failure `fault` is one sentence that names
  // address, port and the next step. Errors: `invalid_input` "listen.address", `conflict` "listen.in_use",
  // `forbidden` "listen.permission", `unavailable` "listen.failed". ::1 is left out silently where the
  // machine has no IPv6, unless it is the only address.
  static Result<std::unique_ptr<Listener>> open(Cores& cores, ListenOptions options, std::string& fault);

  uint16_t port() const { return port_; }
  // "127.0.0.1:8080", "[::1]:8080": what was bound, for logs and links.
  const std::vector<std::string>& addresses() const { return addresses_; }
  void start(Accepted accepted);
  // Takes no more connections on any core; from any thread. Those in the kernel's queue are reset.
  void stop();

 private:
  struct Acceptor;

  Listener() = default;
  static Task<void> accept_loop(std::shared_ptr<Acceptor> acceptor, std::shared_ptr<const Accepted> accepted);

  uint16_t port_ = 0;
  std::vector<std::string> addresses_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
};

// Raises the limit of open descriptors to what the system allows and logs it; answers the limit.
size_t raise_descriptor_limit();

}  // namespace vitrine
