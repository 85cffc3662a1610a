#include "net/dispatch.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/log.h"

namespace vitrine {
namespace {

constexpr size_t kIdempotencyKeyMax = 128;

HttpResponse not_found() {
  return to_response({ErrorKind::not_found, "request.no_such_path", "There is nothing at this address."});
}

HttpResponse method_not_allowed(const std::string& allowed) {
  Problem problem{ErrorKind::invalid_input, "request.method_not_allowed", "Allowed here: " + allowed + "."};
  problem.status = 405;
  HttpResponse out = to_response(problem);
  out.headers.set("Allow", allowed);
  return out;
}

HttpResponse what_is_allowed(const std::string& allowed) {
  HttpResponse out;
  out.status = 204;
  out.headers.set("Allow", allowed + ", OPTIONS");
  return out;
}

std::optional<Problem> refuse_access(const RouteSpec& spec, const Caller& caller) {
  switch (spec.access) {
    case Access::open:
      return std::nullopt;
    case Access::viewer:
      if (caller.viewer != Caller::Viewer::none) return std::nullopt;
      return Problem{ErrorKind::unauthenticated, "members.no_viewer",
                     "Call GET /v1/me first: it makes a guest."};
    case Access::buyer:
      if (caller.is_buyer()) return std::nullopt;
      return Problem{ErrorKind::unauthenticated, "members.sign_in", "Sign in to do this."};
    case Access::staff:
      if (!caller.staff)
        return Problem{ErrorKind::unauthenticated, "members.staff_only", "Sign in as staff."};
      if (spec.right && !caller.staff->may(*spec.right))
        return Problem{ErrorKind::forbidden, "members.no_right",
                       "This needs the right " +
                           std::string(enum_names(*spec.right)[static_cast<size_t>(*spec.right)]) + "."};
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Problem> refuse_idempotency_key(const RouteSpec& spec, std::string_view key) {
  if (!spec.idempotent) return std::nullopt;
  if (key.empty())
    return Problem{ErrorKind::invalid_input, "request.idempotency_key_missing",
                   "Send an Idempotency-Key header, the same one when you try again."};
  bool visible = key.size() <= kIdempotencyKeyMax;
  for (const char c : key) visible = visible && c > 0x20 && c < 0x7f;
  if (visible) return std::nullopt;
  return Problem{ErrorKind::invalid_input, "request.idempotency_key",
                 "An Idempotency-Key is 1 to 128 visible ASCII characters."};
}

std::optional<Problem> refuse_content_type(const Router::Route& route, const HttpRequest& request) {
  if (!route.request_schema || request.body.empty()) return std::nullopt;
  const std::string_view type = request.headers.get("Content-Type");
  if (equal_ignoring_case(type.substr(0, type.find(';')), "application/json")) return std::nullopt;
  return Problem{ErrorKind::unsupported, "request.content_type", "Send Content-Type: application/json."};
}

HttpResponse failed_by_exception(std::string_view operation, std::string_view what) {
  log_error("http.handler_threw", {{"operation", operation}, {"what", what}});
  return to_response(
      {ErrorKind::internal, "internal", "Something went wrong on our side; it has been written down."});
}

}  // namespace

Dispatcher::Dispatcher(const Router& router, Authenticator authenticator, Pages pages)
    : router_(router), authenticator_(std::move(authenticator)), pages_(std::move(pages)) {}

Task<Dispatcher::Admission> Dispatcher::admit(std::shared_ptr<const HttpRequest> request) const {
  Admitted admitted{nullptr,
                    {.request = request, .caller = {}, .path = {}, .idempotency_key = {}, .body_digest = {}}};
  std::string allowed;
  admitted.route = router_.find(request->method, request->path, admitted.call.path, allowed);
  if (admitted.route == nullptr) {
    if (!allowed.empty() && request->method == HttpMethod::options) co_return what_is_allowed(allowed);
    if (!allowed.empty()) co_return method_not_allowed(allowed);
    const bool reads = request->method == HttpMethod::get || request->method == HttpMethod::head;
    std::optional<HttpResponse> page;
    if (pages_ && reads) page = pages_(*request);
    co_return page ? std::move(*page) : not_found();
  }
  const RouteSpec& spec = admitted.route->spec;
  if (authenticator_) {
    const Result<Caller> caller = co_await authenticator_(request);
    const bool goes_on =
        caller.ok() || (spec.access == Access::open && caller.error().kind == ErrorKind::unavailable);
    if (!goes_on) co_return to_response(caller.error());
    if (caller) admitted.call.caller = *caller;
  }
  if (const auto refused = refuse_access(spec, admitted.call.caller)) co_return to_response(*refused);
  const std::string_view key = request->headers.get("Idempotency-Key");
  if (const auto refused = refuse_idempotency_key(spec, key)) co_return to_response(*refused);
  if (spec.idempotent) admitted.call.idempotency_key = key;
  co_return Admission(std::move(admitted));
}

Task<HttpResponse> Dispatcher::answer(Admitted admitted) const {
  const Router::Route& route = *admitted.route;
  const HttpRequest& request = *admitted.call.request;
  if (const auto refused = refuse_content_type(route, request)) co_return to_response(*refused);
  // The path belongs to what was asked: one key with one body but of another order is another call.
  if (route.spec.idempotent) admitted.call.body_digest = to_hex(sha256(request.path + '\n' + request.body));
  std::string threw;
  try {
    co_return co_await route.handler(std::move(admitted.call));
  } catch (const std::exception& error) {
    threw = error.what();
  } catch (...) {
    threw = "not a std::exception";
  }
  co_return failed_by_exception(route.spec.operation, threw);
}

Task<HttpResponse> Dispatcher::handle(HttpRequest request) const {
  const auto shared = std::make_shared<const HttpRequest>(std::move(request));
  Admission admission = co_await admit(shared);
  if (auto* response = std::get_if<HttpResponse>(&admission)) co_return std::move(*response);
  Admitted& admitted = std::get<Admitted>(admission);
  if (shared->body.size() > admitted.route->spec.body_max)
    co_return to_response(Error{ErrorKind::too_large, "request.body_too_large"});
  if (admitted.route->stream) {
    Problem problem{ErrorKind::unsupported, "request.stream", "This operation takes the connection over."};
    problem.status = 426;
    co_return to_response(problem);
  }
  co_return co_await answer(std::move(admitted));
}

}  // namespace vitrine
