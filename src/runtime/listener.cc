#include "runtime/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/log.h"

namespace vitrine {
namespace {

constexpr int kBacklog = 4096;
constexpr int kPortTries = 16;
constexpr Milliseconds kDescriptorPause{100};
constexpr int kAcceptsInTurn = 32;  // then everything else on the core gets its turn

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::string text;

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(uint16_t port) {
    if (storage.ss_family == AF_INET)
      reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
    else
      reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  }
};

std::optional<Address> parse_address(const std::string& text) {
  Address out;
  out.text = text;
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    out.size = sizeof(v4);
    return out;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  out.size = sizeof(v6);
  return out;
}

std::string with_port(const std::string& address, uint16_t port) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

uint16_t bound_port(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  if (storage.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port);
  if (storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
  return 0;
}

// A bound socket, or -1 with errno. Without `shared` it fails when anybody else listens there: with
// SO_REUSEPORT a second server of the same user would silently share our port.
int bind_socket(const Address& address, bool shared) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (address.storage.ss_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));  // 0.0.0.0 and :: side by side
  if (::bind(fd, address.raw(), address.size) == 0) return fd;
  const int why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

struct Fault {
  Error error;
  std::string what;
};

Fault explain(const std::string& name, const Address& address, uint16_t port, int why) {
  const std::string where = name + ": cannot listen on " + with_port(address.text, port) + ": ";
  const std::string flag = "--" + name + "-port";
  switch (why) {
    case EADDRINUSE:
      return {{ErrorKind::conflict, "listen.in_use"},
              where + "another program uses it. Stop that program or choose another port with " + flag +
                  " (0 picks a free one)."};
    case EACCES:
      return {{ErrorKind::forbidden, "listen.permission"},
              where + "ports below 1024 need a privilege. Choose a higher one with " + flag +
                  " or grant CAP_NET_BIND_SERVICE."};
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return {
          {ErrorKind::invalid_input, "listen.address"},
          where + "this machine has no such address. `ip addr` lists them; give one of them with --bind."};
    default:
      return {{ErrorKind::unavailable, "listen.failed"},
              where + std::strerror(why) + ". `vitrine doctor` checks ports and limits."};
  }
}

// Descriptors 3.. that the service manager opened for us under this name (sd_listen_fds(3)).
std::vector<int> inherited(const std::string& name) {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count_text = std::getenv("LISTEN_FDS");
  const char* names = std::getenv("LISTEN_FDNAMES");
  if (pid == nullptr || count_text == nullptr || names == nullptr) return {};
  if (std::to_string(getpid()) != pid) return {};
  int count = 0;
  std::from_chars(count_text, count_text + std::strlen(count_text), count);
  std::vector<int> out;
  std::string_view rest = names;
  for (int index = 0; index < count; ++index) {
    const size_t end = rest.find(':');
    if (rest.substr(0, end) == name) out.push_back(3 + index);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return out;
}

}  // namespace

// One listening descriptor on one core.
struct Listener::Acceptor {
  Acceptor(Core& c, int fd, const ListenOptions& options)
      : core(c), descriptor(c.io(), fd), tls(options.tls), plain(options.plain) {}
  Core& core;
  boost::asio::posix::stream_descriptor descriptor;
  std::shared_ptr<TlsDoor> tls;
  PlainRule plain;
};

namespace {

using Sockets = std::vector<std::pair<int, int>>;  // core index, descriptor

void close_all(const Sockets& sockets) {
  for (const auto& [core, fd] : sockets) ::close(fd);
}

// Every address on one port, a socket a core. `port` 0 becomes the port the first address got.
std::optional<Fault> open_port(const std::string& name, std::vector<Address> addresses, uint16_t& port,
                               int cores, Sockets& out, std::vector<std::string>& bound) {
  for (auto& address : addresses) {
    address.set_port(port);
    const int probe = bind_socket(address, false);
    if (probe < 0) {
      const int why = errno;
      const bool no_ipv6 = (why == EADDRNOTAVAIL || why == EAFNOSUPPORT) && addresses.size() > 1 &&
                           (address.text == "::1" || address.text == "::");
      if (no_ipv6) continue;
      return explain(name, address, port, why);
    }
    if (port == 0) address.set_port(port = bound_port(probe));
    ::close(probe);
    for (int core = 0; core < cores; ++core) {
      const int fd = bind_socket(address, true);
      if (fd < 0) return explain(name, address, port, errno);
      out.emplace_back(core, fd);
      if (::listen(fd, kBacklog) != 0) return explain(name, address, port, errno);
    }
    bound.push_back(with_port(address.text, port));
  }
  return std::nullopt;
}

Result<std::vector<Address>> parse_addresses(const ListenOptions& options, std::string& fault) {
  std::vector<Address> out;
  for (const std::string& text : options.bind) {
    const bool any = text == "*";
    for (const std::string& one : any ? std::vector<std::string>{"0.0.0.0", "::"} : std::vector{text}) {
      auto address = parse_address(one);
      if (!address) {
        fault = options.name + ": \"" + one +
                "\" is not an IPv4 or IPv6 address. Give a numeric one with --bind, for example "
                "127.0.0.1, 0.0.0.0, :: or * for all.";
        return Error{ErrorKind::invalid_input, "listen.address"};
      }
      out.push_back(std::move(*address));
    }
  }
  if (!out.empty()) return out;
  fault = options.name + ": no address to listen on. Give one with --bind.";
  return Error{ErrorKind::invalid_input, "listen.address"};
}

// The next connection's descriptor, or -1 with errno.
int accept_one(int listening) {
  return ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(Cores& cores, ListenOptions options, std::string& fault) {
  std::unique_ptr<Listener> listener(new Listener());
  Sockets sockets;
  if (const auto handed = inherited(options.name); !handed.empty()) {
    for (const int fd : handed) {
      listener->port_ = bound_port(fd);
      listener->addresses_.push_back("descriptor " + std::to_string(fd));
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
      for (int core = 0; core < cores.count(); ++core)
        sockets.emplace_back(core, fcntl(fd, F_DUPFD_CLOEXEC, 0));
    }
  } else {
    auto addresses = parse_addresses(options, fault);
    if (!addresses) return addresses.error();
    std::optional<Fault> failed;
    for (int attempt = 0; attempt < kPortTries; ++attempt) {
      listener->port_ = options.port;
      listener->addresses_.clear();
      failed =
          open_port(options.name, *addresses, listener->port_, cores.count(), sockets, listener->addresses_);
      if (!failed) break;
      close_all(sockets);
      sockets.clear();
      // A picked port may be taken on the next address only: pick another.
      if (options.port != 0 || failed->error.kind != ErrorKind::conflict) break;
    }
    if (failed) {
      fault = failed->what;
      return failed->error;
    }
  }
  for (const auto& [core, fd] : sockets)
    listener->acceptors_.push_back(std::make_shared<Acceptor>(cores.at(core), fd, options));
  return listener;
}

Listener::~Listener() {
  stop();
}

namespace {

// Whether an accept() failure means that descriptors or memory ran out, which passes.
bool starved(int why) {
  return why == EMFILE || why == ENFILE || why == ENOBUFS || why == ENOMEM;
}

}  // namespace

Task<void> Listener::accept_loop(std::shared_ptr<Acceptor> acceptor,
                                 std::shared_ptr<const Accepted> accepted) {
  auto& descriptor = acceptor->descriptor;
  bool starving = false;
  int in_turn = 0;
  while (descriptor.is_open()) {
    const int fd = accept_one(descriptor.native_handle());
    if (fd >= 0) {
      starving = false;
      auto socket = TcpSocket::accept(acceptor->core, fd, acceptor->tls, acceptor->plain);
      if (socket) (*accepted)(acceptor->core, std::move(*socket));
      if (++in_turn % kAcceptsInTurn == 0) co_await yield_core();
      continue;
    }
    const int why = errno;
    if (starved(why)) {
      if (!starving) log_error("listen.no_descriptors", {{"why", std::strerror(why)}});
      starving = true;
      co_await sleep_for(kDescriptorPause);
    } else if (why == EAGAIN) {
      boost::system::error_code ignored;
      co_await descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                     boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    // Anything else concerns the one connection that failed while it waited (ECONNABORTED).
  }
}

void Listener::start(Accepted accepted) {
  const auto shared = std::make_shared<const Accepted>(std::move(accepted));
  for (auto& acceptor : acceptors_) acceptor->core.spawn(accept_loop(acceptor, shared));
}

void Listener::stop() {
  for (auto& acceptor : acceptors_) {
    acceptor->core.post([acceptor] {
      boost::system::error_code ignored;
      acceptor->descriptor.close(ignored);
    });
  }
  acceptors_.clear();
}

size_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  log_info("runtime.descriptor_limit", {{"before", before}, {"now", limit.rlim_cur}});
  return limit.rlim_cur;
}

}  // namespace vitrine
