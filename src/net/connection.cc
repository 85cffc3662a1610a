#include "net/connection.h"

#include "net/http_writer.h"
#include "net/problem.h"
#include "net/websocket_deflate.h"

namespace vitrine {
namespace {

// Whether a list header ("keep-alive, Upgrade") has that token.
bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
    if (equal_ignoring_case(item, token)) return true;
  }
  return false;
}

// Base64 of 16 bytes: 22 characters of the alphabet and "==".
bool valid_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  for (const char c : key.substr(0, 22)) {
    const bool known =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!known) return false;
  }
  return true;
}

}  // namespace

Connection::Connection(Core& core, const Clock& clock, TcpSocket socket, std::vector<uint8_t> received,
                       std::shared_ptr<const HttpRequest> request)
    : core_(core),
      clock_(clock),
      socket_(std::move(socket)),
      received_(std::move(received)),
      request_(std::move(request)) {}

bool Connection::wants_websocket() const {
  return has_token(request_->headers.get("Upgrade"), "websocket");
}

Task<Result<void>> Connection::respond(HttpResponse response) {
  const HeadContext context{.framing = BodyFraming::length, .keep_alive = false, .now = clock_.wall()};
  std::string bytes = render_head(response, context);
  bytes += response.content();
  const Result<void> wrote = co_await socket_.write_all(as_bytes(bytes));
  socket_.finish_writing();
  socket_.close();
  co_return wrote;
}

Task<Result<void>> Connection::write_response_head(HttpResponse response) {
  const HeadContext context{.framing = BodyFraming::until_end, .keep_alive = false, .now = clock_.wall()};
  const std::string head = render_head(response, context);
  co_return co_await socket_.write_all(as_bytes(head));
}

Result<void> Connection::check_handshake(const OriginRule& rule) const {
  const HttpHeaders& headers = request_->headers;
  if (!wants_websocket() || !has_token(headers.get("Connection"), "upgrade") ||
      request_->method != HttpMethod::get)
    return Error{ErrorKind::invalid_input, "websocket.handshake"};
  if (headers.get("Sec-WebSocket-Version") != "13") return Error{ErrorKind::unsupported, "websocket.version"};
  if (!valid_key(headers.get("Sec-WebSocket-Key")))
    return Error{ErrorKind::invalid_input, "websocket.handshake"};
  if (!origin_allowed(rule, headers.get("Origin"), headers.get("Host"), request_->secure))
    return Error{ErrorKind::forbidden, "websocket.origin"};
  return {};
}

Task<Result<WebSocket>> Connection::upgrade_websocket(OriginRule rule, size_t message_max,
                                                      WebSocketDeflate deflate) {
  if (const auto fine = check_handshake(rule); !fine) {
    Problem problem(fine.error());
    if (fine.error().kind == ErrorKind::unsupported || !wants_websocket()) problem.status = 426;
    HttpResponse refusal = to_response(problem);
    if (problem.status == 426) {
      refusal.headers.set("Upgrade", "websocket");
      refusal.headers.set("Sec-WebSocket-Version", "13");
    }
    const Result<void> told = co_await respond(std::move(refusal));
    co_return told ? fine.error() : told.error();
  }
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(request_->headers.get("Sec-WebSocket-Key")) + "\r\n";
  std::string extension;
  if (deflate == WebSocketDeflate::on)
    extension = accept_deflate(request_->headers.get("Sec-WebSocket-Extensions"));
  if (extension.empty())
    deflate = WebSocketDeflate::off;
  else
    head += "Sec-WebSocket-Extensions: " + extension + "\r\n";
  head += "\r\n";
  if (const auto wrote = co_await socket_.write_all(as_bytes(head)); !wrote) co_return wrote.error();
  co_return WebSocket{std::move(socket_), WebSocketReceiver(message_max, deflate, std::move(received_)),
                      deflate};
}

}  // namespace vitrine
