// The addresses of hosts that somebody else named: pulls, webhooks.
//
// A name server that does not answer keeps a look-up for many seconds, and the system's resolver cannot be
// told to stop. So each look-up has a thread of its own, which whoever asked leaves behind: when it takes too
// long, and when the server stops.
//
// Owns    what its threads share with those who wait; a thread that is left behind holds on to that alone.
// Thread  look_up() on a core; close() from any. Destroyed before the cores are.
// Never   waits for a thread, or connects: what may be connected to is AddressPolicy's to say.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/core.h"

namespace vitrine {

// Numeric addresses, at most 16, in the order the system prefers them; a numeric `host` is its own answer.
// Empty when nobody knows the host. Blocks until the resolver's own time-out.
std::vector<std::string> resolve_host(const std::string& host);

class HostLookups {
 public:
  using Resolve = std::function<std::vector<std::string>(const std::string& host)>;
  static constexpr size_t kThreadsMax = 256;  // also those that were left behind

  // `resolve` may block for as long as it likes, and be called after the HostLookups is gone.
  explicit HostLookups(Resolve resolve = resolve_host);
  ~HostLookups();

  // Empty when nobody knows the host. Errors: `timed_out` "host.overdue", `unavailable` "host.stopping" after
  // close(), `exhausted` "host.look_ups" over kThreadsMax.
  Task<Result<std::vector<std::string>>> look_up(std::string host, Milliseconds time);
  // Whoever waits is answered at once, and so is whoever comes later.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace vitrine
