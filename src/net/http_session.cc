#include "net/http_session.h"

#include "base/log.h"
#include "net/client_address.h"
#include "net/config.h"
#include "net/connection.h"
#include "net/http_writer.h"
#include "net/problem.h"
#include "net/url.h"

namespace vitrine {
namespace {

constexpr size_t kBodyBytesPerSecond = 1024;
constexpr size_t kDrainBodyMax = 64 * 1024;  // read and thrown away rather than closing the connection
constexpr size_t kLingerBytesMax = 256 * 1024;
constexpr Milliseconds kLingerTime{1000};
constexpr size_t kCopiedBodyMax = 16 * 1024;  // a body up to here goes out in one buffer with its head
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Steady = std::chrono::steady_clock;

// What is left of a time that began at `begun`; at least a moment, for the socket takes 0 as "for ever".
Milliseconds left_of(Milliseconds time, Steady::time_point begun) {
  const auto gone = std::chrono::duration_cast<Milliseconds>(Steady::now() - begun);
  return std::max(Milliseconds(1), time - gone);
}

std::string encoded_path(std::string_view path) {
  std::string out;
  for (const auto segment : path_segments(path)) out += '/' + percent_encode(segment);
  return out;
}

// tls.required: what is only looked at is looked at again under TLS, at the same port (RFC 9110, 15.4.8).
// What carries a body or begins a WebSocket is refused: sent on, it would go on being sent in the open.
HttpResponse plain_refusal(const HttpRequest& request) {
  const std::string_view host = request.headers.get("Host");
  const bool looks = request.method == HttpMethod::get || request.method == HttpMethod::head;
  if (looks && !host.empty() && !request.headers.has("Upgrade")) {
    HttpResponse out;
    out.status = 307;
    const std::string query = request.query.empty() ? std::string() : '?' + request.query;
    out.headers.set("Location", "https://" + std::string(host) + encoded_path(request.path) + query);
    return out;
  }
  Problem problem{ErrorKind::forbidden, "request.tls_required",
                  "This server answers under TLS only (https, wss)."};
  problem.status = 426;
  HttpResponse out = to_response(problem);
  out.headers.set("Upgrade", "TLS/1.2, HTTP/1.1");  // RFC 9110, 15.5.22
  return out;
}

}  // namespace

// One request and what is known about it.
struct HttpSession::Exchange {
  HttpParser parser;
  std::shared_ptr<HttpRequest> request;
  const Router::Route* route = nullptr;
  MonotonicTime begun;
};

HttpSession::HttpSession(SessionShared shared, TcpSocket socket)
    : shared_(shared), socket_(std::move(socket)) {}

Milliseconds HttpSession::setting(const IntegerKey& key) const {
  return Milliseconds(shared_.core.config().get(key));
}

void HttpSession::close(bool idle_only) {
  if (idle_ || !idle_only) socket_.close();
}

Task<std::optional<Takeover>> HttpSession::run(StopGate::Pass pass) {
  pass_.emplace(std::move(pass));
  socket_.set_write_limit(setting(kWriteMs));
  for (Next next = Next::request; next == Next::request && socket_.is_open();) {
    Exchange exchange;
    if (const auto read = co_await read_head(&exchange.parser); !read) {
      co_await send_parse_problem(read.error());
      break;
    }
    exchange.begun = shared_.clock.monotonic();
    exchange.request = std::make_shared<HttpRequest>(std::move(exchange.parser.request()));
    identify(*exchange.request);
    next = co_await serve(&exchange);
    if (!received_.empty()) co_await yield_core();  // a pipeline leaves room for others
  }
  socket_.close();
  co_return std::move(takeover_);
}

// Waits for bytes and adds them to what was received.
Task<Result<void>> HttpSession::receive(Milliseconds limit) {
  socket_.set_read_limit(limit);
  for (;;) {
    const auto got = socket_.receive(shared_.scratch);
    if (!got) co_return got.error();
    if (*got && **got == 0) co_return Error{ErrorKind::unavailable, "tcp.closed"};
    if (*got) {
      const auto end = shared_.scratch.begin() + static_cast<std::ptrdiff_t>(**got);
      received_.insert(received_.end(), shared_.scratch.begin(), end);
      co_return Result<void>();
    }
    if (const auto waited = co_await socket_.wait_readable(); !waited) co_return waited.error();
  }
}

Task<Result<void>> HttpSession::read_head(HttpParser* parser) {
  auto begun = Steady::now();
  for (;;) {
    const auto used = parser->read_head(received_);
    if (!used) co_return used.error();
    if (*used) {
      received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(**used));
      if (received_.empty()) received_.shrink_to_fit();  // an idle connection keeps no buffer
      first_ = false;
      co_return Result<void>();
    }
    // Between requests the connection may be idle; from the first byte on, and on a new connection,
    // the header's own limit counts.
    idle_ = received_.empty() && !first_;
    if (idle_ && shared_.draining) co_return Error{ErrorKind::unavailable, "tcp.closed"};
    const Milliseconds limit = idle_ ? setting(kIdleMs) : setting(kHeadMs);
    const bool was_empty = received_.empty();
    const Result<void> got = co_await receive(left_of(limit, begun));
    idle_ = false;
    if (!got) co_return got.error();
    if (was_empty) begun = Steady::now();
  }
}

// A body may be slow, but not slower than 1 kB/s on the whole: its time grows with what has come.
Task<Result<void>> HttpSession::read_body(HttpParser* parser) {
  const auto begun = Steady::now();
  size_t total = 0;
  for (;;) {
    const auto used = parser->read_body(received_);
    if (!used) co_return used.error();
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(*used));
    total += *used;
    if (parser->done()) co_return Result<void>();
    const Milliseconds time = setting(kBodyGraceMs) + Milliseconds(total * 1000 / kBodyBytesPerSecond);
    const Result<void> got = co_await receive(left_of(time, begun));
    if (!got) co_return got.error();
  }
}

void HttpSession::identify(HttpRequest& request) const {
  request.remote = socket_.peer_address();
  request.secure = socket_.secure();
  if (!request.headers.has("X-Forwarded-For") && !request.headers.has("X-Forwarded-Proto")) return;
  const AddressRanges trusted(shared_.core.config().get(kTrustedProxies));
  auto client = client_address(request.remote, request.secure, request.headers, trusted);
  request.remote = std::move(client.address);
  request.secure = client.secure;
}

Task<HttpSession::Next> HttpSession::serve(Exchange* exchange) {
  HttpParser& parser = exchange->parser;
  const std::string_view expects = exchange->request->headers.get("Expect");
  if (!expects.empty() && !parser.expects_continue()) {
    Problem problem{ErrorKind::invalid_input, "request.expect",
                    "The only expectation met here is 100-continue."};
    problem.status = 417;
    co_return co_await refuse_unread(exchange, to_response(problem));
  }
  if (!exchange->request->secure && shared_.tls_required()) {
    shared_.tls->count_plain_refused();
    co_return co_await refuse_unread(exchange, plain_refusal(*exchange->request));
  }
  std::shared_ptr<const HttpRequest> request = exchange->request;
  Dispatcher::Admission admission = co_await shared_.dispatcher.admit(std::move(request));
  if (auto* response = std::get_if<HttpResponse>(&admission))
    co_return co_await refuse_unread(exchange, std::move(*response));
  auto& admitted = std::get<Dispatcher::Admitted>(admission);
  exchange->route = admitted.route;
  if (const auto fits = parser.limit_body(admitted.route->spec.body_max); !fits)
    co_return co_await refuse_unread(exchange, to_response(parse_problem(fits.error())));
  if (!parser.done() && parser.expects_continue() && received_.empty()) {
    if (const auto wrote = co_await socket_.write_all(as_bytes(kContinue)); !wrote) co_return Next::close;
  }
  if (!parser.done()) {
    if (const auto read = co_await read_body(&parser); !read) {
      co_await send_parse_problem(read.error());
      co_return Next::close;
    }
  }
  exchange->request->body = parser.take_body();
  if (admitted.route->stream) co_return hand_over(*exchange, std::move(admitted));
  HttpResponse response = co_await shared_.dispatcher.answer(std::move(admitted));
  co_return co_await send(exchange, std::move(response), Next::request);
}

// Answers before the body was read. A small body is read and thrown away, so that the connection goes
// on; otherwise the connection ends, gently: closing on unread bytes would reset it under the answer.
Task<HttpSession::Next> HttpSession::refuse_unread(Exchange* exchange, HttpResponse response) {
  HttpParser& parser = exchange->parser;
  if (!parser.done() && !parser.expects_continue() && parser.limit_body(kDrainBodyMax).ok()) {
    if (const auto read = co_await read_body(&parser); !read) {
      co_await send_parse_problem(read.error());
      co_return Next::close;
    }
  }
  if (parser.done()) co_return co_await send(exchange, std::move(response), Next::request);
  co_await send(exchange, std::move(response), Next::close);
  co_await linger();
  co_return Next::close;
}

HttpSession::Next HttpSession::hand_over(const Exchange& exchange, Dispatcher::Admitted admitted) {
  const std::string_view operation = admitted.route->spec.operation;
  log_debug("http.stream", {{"operation", operation}, {"remote", exchange.request->remote}});
  auto connection = std::make_unique<Connection>(shared_.core, shared_.clock, std::move(socket_),
                                                 std::move(received_), exchange.request);
  pass_.reset();
  try {
    takeover_.emplace(operation, admitted.route->stream(std::move(admitted.call), std::move(connection)));
  } catch (const std::exception& error) {
    log_error("http.handler_threw", {{"operation", operation}, {"what", error.what()}});
  }
  return Next::close;
}

Task<HttpSession::Next> HttpSession::send(Exchange* exchange, HttpResponse response, Next next) {
  const HttpRequest& request = *exchange->request;
  if (!exchange->parser.keep_alive() || shared_.draining) next = Next::close;
  const HeadContext context{.framing = BodyFraming::length,
                            .keep_alive = next == Next::request,
                            .strict_transport = request.secure && shared_.tls_required(),
                            .now = shared_.clock.wall()};
  std::string head = render_head(response, context);
  const bool with_body = request.method != HttpMethod::head && status_has_body(response.status);
  const Result<void> wrote =
      co_await write(std::move(head), with_body ? response.content() : std::string_view());
  const Microseconds took = shared_.clock.monotonic() - exchange->begun;
  shared_.metrics.count(exchange->route, response.status, took);
  log_debug("http.request",
            {{"method", method_name(request.method)},
             {"path", request.path},
             {"operation", exchange->route != nullptr ? exchange->route->spec.operation : "page"},
             {"status", response.status},
             {"took_us", took.count()},
             {"remote", request.remote}});
  co_return wrote ? next : Next::close;
}

// What could not be read as a request gets an answer where there is somebody to read it.
Task<void> HttpSession::send_parse_problem(Error error) {
  if (error.reason.starts_with("tls.") || error.reason == "tcp.closed" || error.reason == "tcp.reset")
    co_return;
  const bool late = error.reason == "tcp.timed_out";
  if (late && received_.empty()) co_return;
  Problem problem = parse_problem(error);
  if (late) {
    problem.slug = "request.timed_out";
    problem.detail = "The request took too long to arrive.";
    problem.status = 408;
  }
  const HttpResponse response = to_response(problem);
  const HeadContext context{.framing = BodyFraming::length, .keep_alive = false, .now = shared_.clock.wall()};
  const Result<void> wrote = co_await write(render_head(response, context), response.content());
  shared_.metrics.count(nullptr, response.status, Microseconds(0));
  log_debug("http.refused", {{"why", problem.slug}, {"remote", socket_.peer_address()}});
  if (wrote) co_await linger();
}

// Lets the peer read the last answer: says that no more will come and reads what he still sends, for a
// short while.
Task<void> HttpSession::linger() {
  socket_.finish_writing();
  const auto begun = Steady::now();
  size_t total = 0;
  while (total < kLingerBytesMax && Steady::now() - begun < kLingerTime) {
    received_.clear();
    if (const auto got = co_await receive(left_of(kLingerTime, begun)); !got) co_return;
    total += received_.size();
  }
}

Task<Result<void>> HttpSession::write(std::string head, std::string_view body) {
  if (body.size() <= kCopiedBodyMax) {
    head += body;
    co_return co_await socket_.write_all(as_bytes(head));
  }
  const iovec pieces[2] = {{head.data(), head.size()}, {const_cast<char*>(body.data()), body.size()}};
  const auto taken = socket_.send(pieces);
  if (!taken) co_return taken.error();
  const size_t of_head = std::min(*taken, head.size());
  const Result<void> wrote = co_await socket_.write_all(as_bytes(head).subspan(of_head));
  if (!wrote) co_return wrote.error();
  co_return co_await socket_.write_all(as_bytes(body).subspan(*taken - of_head));
}

Task<void> play_on(Takeover takeover) {
  try {
    co_await std::move(takeover.playing);
  } catch (const std::exception& error) {
    log_error("http.handler_threw", {{"operation", takeover.operation}, {"what", error.what()}});
  }
}

}  // namespace vitrine
