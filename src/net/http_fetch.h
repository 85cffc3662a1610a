// One request to a server that somebody else named: look the host up, check the address, connect, send, read
// a small answer.
//
// Owns    nothing between calls but the list of authorities.
// Thread  fetch() on any core.
// Never   connects to an address the policy refuses, follows a redirect, or reads more than it was allowed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/address_policy.h"
#include "net/host_lookup.h"
#include "net/http_url.h"
#include "runtime/blocking_pool.h"
#include "runtime/guarded.h"
#include "runtime/tcp.h"
#include "runtime/tls_context.h"

namespace vitrine {

struct FetchRequest {
  std::string method = "GET";
  HttpUrl url{};
  std::string headers{};  // "Name: value\r\n" each
  std::string body{};
  Milliseconds time{3'000};  // all of it
  size_t answer_max = 64 * 1024;
};
struct FetchAnswer {
  int64_t status = 0;
  std::string body{};
};

// What has come of an answer (RFC 9112): empty while more has to come; `ended`: the server has closed.
// Errors: `invalid_input` "http.answer".
Result<std::optional<FetchAnswer>> read_http_answer(std::string_view bytes, bool ended);

class HttpFetch {
 public:
  struct Uses {
    BlockingPool& blocking;  // reads the list of authorities
    HostLookups& hosts;
    std::function<AddressPolicy()> policy;  // called on the core of fetch()
  };
  explicit HttpFetch(Uses uses) : uses_(std::move(uses)) {}

  // Errors: `unavailable` "http.name" (nobody knows the host), `forbidden` "http.address" (not allowed),
  // `invalid_input` "http.answer" (not HTTP, or too long), `timed_out`, or why the connection failed.
  Task<Result<FetchAnswer>> fetch(FetchRequest request);

 private:
  Task<Result<std::string>> find_address(std::string host, Milliseconds time);
  Task<Result<void>> secure(TcpSocket* socket, std::string host, Milliseconds time);

  Uses uses_;
  Guarded<std::shared_ptr<const TlsContext>> tls_;  // made when the first https URL is asked
};

}  // namespace vitrine
