// Routes are declared once: method, path, who may call, what goes in and out. Dispatch, checks of
// access, CSRF, idempotency keys and bodies, and openapi.json all come from that declaration.
//
//   router.add<PlaceOrder, OrderView>(
//       {.method = HttpMethod::post, .path = "/v1/orders", .operation = "placeOrder", .tag = "shop",
//        .summary = "Place an order", .access = Access::buyer, .idempotent = true, .status = 201},
//       [this](Call call, PlaceOrder body) { return place_order(std::move(call), std::move(body)); });
// where place_order is a member coroutine: Task<Reply<OrderView>> place_order(Call, PlaceOrder).
//
// Owns    the route table. Thread  add() before the server starts; dispatch on any core.
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/dto.h"
#include "net/caller.h"
#include "net/http.h"
#include "net/problem.h"
#include "runtime/task.h"

namespace vitrine {

class Connection;  // net/connection.h: a taken-over socket (WebSocket, HTTP-FLV)

enum class Access : uint8_t {
  open,    // anybody; the caller may be empty
  viewer,  // a guest or buyer (401 "members.no_viewer" without the guest cookie)
  buyer,   // signed in (401 "members.sign_in")
  staff,   // a staff session (401 "members.staff_only"), and `right` if set (403 "members.no_right")
};

struct QueryParameter {
  std::string_view name;
  std::string_view help;
};

struct RouteSpec {
  HttpMethod method = HttpMethod::get;
  std::string_view path;  // "/v1/orders/{order}"; a parameter matches one segment
  std::string_view operation;
  std::string_view tag;
  std::string_view summary;
  Access access = Access::open;
  std::optional<Right> right{};
  bool idempotent = false;  // needs an Idempotency-Key
  int status = 200;
  std::vector<QueryParameter> query{};
  size_t body_max = 64 * 1024;
  std::string_view content_type = "application/json";  // of a RawBody request or HttpResponse answer
};

// One call, alive until its handler ends.
struct Call {
  std::shared_ptr<const HttpRequest> request;
  Caller caller;
  std::map<std::string, std::string, std::less<>> path;  // parameters, percent-decoded
  std::string idempotency_key;                           // empty unless the route is idempotent
  std::string body_digest;                               // hex SHA-256 of path and body, for idempotency

  const std::string& param(std::string_view name) const;
};

struct NoBody {};
struct RawBody {
  std::string bytes;
  std::string content_type;
};
struct NoContent {};

// A handler's answer: the value, or the problem, plus headers.
template <class T>
class Reply {
 public:
  Reply(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT: implicit
  Reply(Problem problem) : state_(std::in_place_index<1>, std::move(problem)) {}  // NOLINT: implicit
  Reply(Error error) : state_(std::in_place_index<1>, Problem(error)) {}          // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  const T& value() const { return std::get<0>(state_); }
  const Problem& problem() const { return std::get<1>(state_); }

  std::vector<std::pair<std::string, std::string>> headers;  // Set-Cookie ...
  bool replayed = false;                                     // sends Idempotent-Replayed: true
  int status = 0;                                            // 0: the route's

 private:
  std::variant<T, Problem> state_;
};

class Router {
 public:
  using Handler = std::function<Task<HttpResponse>(Call)>;
  using StreamHandler = std::function<Task<void>(Call, std::unique_ptr<Connection>)>;
  struct Route {
    RouteSpec spec;
    std::vector<std::string> segments;
    Handler handler;                                                          // or
    StreamHandler stream;                                                     // takes the socket over
    std::function<boost::json::value(boost::json::object&)> request_schema;   // null: no JSON body
    std::function<boost::json::value(boost::json::object&)> response_schema;  // null: no JSON body
    bool body_needed = true;  // of a JSON body: false when every field may be left out
    bool raw_body = false;    // takes bytes, not JSON
  };

  Router();
  ~Router();

  template <class Body, class Answer, class F>
  void add(RouteSpec spec, F handler);
  // A route that takes the socket over after the checks (WebSocket, HTTP-FLV).
  void add_stream(RouteSpec spec, StreamHandler handler);

  // The route for a method and path, filling `path` parameters; null when none. `allowed` lists the
  // methods of the path for 405.
  const Route* find(HttpMethod method, std::string_view path,
                    std::map<std::string, std::string, std::less<>>& parameters, std::string& allowed) const;
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  // OpenAPI 3.1 of everything declared.
  boost::json::object openapi() const;

 private:
  void add_route(Route route);

  std::vector<std::unique_ptr<Route>> routes_;
};

// Parses and checks a JSON body; none at all is an empty object, for routes whose fields may all be left
// out. The problem names the field by JSON pointer.
template <Dto Body>
std::optional<Problem> parse_body(Body& out, std::string_view text) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(text.empty() ? "{}" : text, failed, {}, {.max_depth = 32});
  if (failed)
    return Problem{ErrorKind::invalid_input, "request.json",
                   "The body is not valid JSON: " + failed.message()};
  if (auto fault = read_dto(out, json)) {
    Problem problem{ErrorKind::invalid_input, "request.field", fault->pointer + " " + fault->why};
    problem.field = fault->pointer;
    return problem;
  }
  return std::nullopt;
}

template <class T>
HttpResponse render(const Reply<T>& reply, const RouteSpec& spec) {
  HttpResponse out;
  if (!reply.ok()) {
    out = to_response(reply.problem());
  } else if constexpr (std::is_same_v<T, NoContent>) {
    out.status = 204;
  } else if constexpr (std::is_same_v<T, HttpResponse>) {
    out = reply.value();
  } else {
    out.status = reply.status != 0 ? reply.status : spec.status;
    out.headers.set("Content-Type", "application/json");
    out.body = boost::json::serialize(to_json(reply.value()));
  }
  for (const auto& [name, value] : reply.headers) out.headers.add(name, value);
  if (reply.replayed) out.headers.set("Idempotent-Replayed", "true");
  return out;
}

template <class Body, class Answer, class F>
void Router::add(RouteSpec spec, F handler) {
  if constexpr (std::is_same_v<Answer, NoContent>) spec.status = 204;
  Route route;
  route.spec = spec;
  route.handler = [spec, handler = std::move(handler)](Call call) -> Task<HttpResponse> {
    if constexpr (std::is_same_v<Body, NoBody>) {
      const Reply<Answer> reply = co_await handler(std::move(call));
      co_return render(reply, spec);
    } else if constexpr (std::is_same_v<Body, RawBody>) {
      RawBody body{call.request->body, std::string(call.request->headers.get("Content-Type"))};
      const Reply<Answer> reply = co_await handler(std::move(call), std::move(body));
      co_return render(reply, spec);
    } else {
      Body body;
      if (auto problem = parse_body(body, call.request->body)) co_return to_response(*problem);
      const Reply<Answer> reply = co_await handler(std::move(call), std::move(body));
      co_return render(reply, spec);
    }
  };
  route.raw_body = std::is_same_v<Body, RawBody>;
  if constexpr (Dto<Body>) {
    route.request_schema = [](boost::json::object& c) { return schema_of<Body>(c); };
    Body empty;
    route.body_needed = read_dto(empty, boost::json::object()).has_value();
  }
  if constexpr (!std::is_same_v<Answer, NoContent> && !std::is_same_v<Answer, HttpResponse>) {
    route.response_schema = [](boost::json::object& c) { return schema_of<Answer>(c); };
  }
  add_route(std::move(route));
}

}  // namespace vitrine
