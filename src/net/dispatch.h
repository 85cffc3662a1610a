// From a request's head to its answer: route, caller, access, idempotency key, body limit, handler.
// Knows no socket, so tests of a module can call it directly.
//
// Thread  any core; the router is complete before the first request.
// Never   lets an exception out: a handler that throws is a 500 problem and a log line.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "net/router.h"

namespace vitrine {

// Who is asking, from cookies and headers. Also where CSRF is checked: `forbidden` "request.csrf".
// Errors of kind `unavailable` leave open routes with an empty caller; all others are the answer.
using Authenticator = std::function<Task<Result<Caller>>(std::shared_ptr<const HttpRequest>)>;
// Pages and assets: asked for GET and HEAD when no route has the path; nothing: 404.
using Pages = std::function<std::optional<HttpResponse>(const HttpRequest&)>;

class Dispatcher {
 public:
  // A request that may go on to its handler.
  struct Admitted {
    const Router::Route* route;
    Call call;
  };
  using Admission = std::variant<Admitted, HttpResponse>;

  // `router` outlives it. An empty authenticator knows nobody; empty pages have none.
  Dispatcher(const Router& router, Authenticator authenticator, Pages pages);

  // Decides on the head alone: the body may still be on its way.
  Task<Admission> admit(std::shared_ptr<const HttpRequest> request) const;
  // Runs the handler of a route that is not a stream; the body is in call.request by now.
  Task<HttpResponse> answer(Admitted admitted) const;
  // Both, for a request that is complete. Stream routes answer 426.
  Task<HttpResponse> handle(HttpRequest request) const;

 private:
  const Router& router_;
  Authenticator authenticator_;
  Pages pages_;
};

}  // namespace vitrine
