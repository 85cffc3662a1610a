#include "net/host_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <system_error>
#include <thread>

#include "runtime/guarded.h"

namespace vitrine {
namespace {

using Addresses = std::vector<std::string>;

constexpr size_t kAddressesMax = 16;
constexpr Error kOverdue{ErrorKind::timed_out, "host.overdue"};
constexpr Error kStopping{ErrorKind::unavailable, "host.stopping"};
constexpr Error kFull{ErrorKind::exhausted, "host.look_ups"};

// One who waits. Both members belong to the asker's core.
struct Ask {
  explicit Ask(Core& core) : home(core), overdue(core.io()) {}
  Core& home;
  boost::asio::steady_timer overdue;
  std::optional<Result<Addresses>> answer;
};

struct Inside {
  bool closed = false;
  size_t threads = 0;
  uint64_t last_number = 0;
  std::map<uint64_t, std::shared_ptr<Ask>> waiting;
};

// Called while `ask` still waits, so its core is there.
void give(std::shared_ptr<Ask> ask, Result<Addresses> answer) {
  Core& home = ask->home;
  home.post([ask = std::move(ask), answer = std::move(answer)]() mutable {
    ask->answer = std::move(answer);
    ask->overdue.cancel();
  });
}

}  // namespace

std::vector<std::string> resolve_host(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  Addresses out;
  for (const addrinfo* at = found; at != nullptr && out.size() < kAddressesMax; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      out.emplace_back(text.data());
  }
  freeaddrinfo(found);
  return out;
}

struct HostLookups::State {
  explicit State(Resolve r) : resolve(std::move(r)) {}

  // Answers the number to wait under.
  Result<uint64_t> enter(const std::shared_ptr<Ask>& ask) {
    return inside.with([&](Inside& in) -> Result<uint64_t> {
      if (in.closed) return kStopping;
      if (in.threads >= kThreadsMax) return kFull;
      ++in.threads;
      in.waiting.emplace(++in.last_number, ask);
      return in.last_number;
    });
  }
  void leave(uint64_t number) {
    inside.with([&](Inside& in) { in.waiting.erase(number); });
  }
  // The body of a look-up's thread. Whoever asked may be gone when the answer comes.
  void run(uint64_t number, const std::string& host) {
    Addresses found = resolve(host);
    end_thread(number, std::move(found));
  }
  void end_thread(uint64_t number, Result<Addresses> answer) {
    inside.with([&](Inside& in) {
      --in.threads;
      const auto asked = in.waiting.extract(number);
      if (asked) give(std::move(asked.mapped()), std::move(answer));
    });
  }

  const Resolve resolve;
  Guarded<Inside> inside;
};

HostLookups::HostLookups(Resolve resolve) : state_(std::make_shared<State>(std::move(resolve))) {}

HostLookups::~HostLookups() {
  close();
}

void HostLookups::close() {
  state_->inside.with([](Inside& in) {
    in.closed = true;
    for (auto& [number, ask] : in.waiting) give(std::move(ask), kStopping);
    in.waiting.clear();
  });
}

Task<Result<std::vector<std::string>>> HostLookups::look_up(std::string host, Milliseconds time) {
  const auto state = state_;
  const auto ask = std::make_shared<Ask>(*Core::current());
  const auto number = state->enter(ask);
  if (!number) co_return number.error();
  ask->overdue.expires_after(time);
  try {
    std::thread([state, at = *number, name = std::move(host)] { state->run(at, name); }).detach();
  } catch (const std::system_error&) {  // the system gives no more threads
    state->end_thread(*number, kFull);
  }
  boost::system::error_code cancelled;
  co_await ask->overdue.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  state->leave(*number);
  if (!ask->answer) co_return kOverdue;
  co_return *std::move(ask->answer);
}

}  // namespace vitrine
