#include "net/connection.h"

#include "net/http_writer.h"

namespace vitrine {

Connection::Connection(Core& core, const Clock& clock, TcpSocket socket, std::vector<uint8_t> received,
                       std::shared_ptr<const HttpRequest> request)
    : core_(core),
      clock_(clock),
      socket_(std::move(socket)),
      received_(std::move(received)),
      request_(std::move(request)) {}

bool Connection::wants_websocket() const {
  return equal_ignoring_case(request_->headers.get("Upgrade"), "websocket");
}

Task<Result<void>> Connection::respond(HttpResponse response) {
  const HeadContext context{.framing = BodyFraming::length,
                            .keep_alive = false,
                            .secure = request_->secure,
                            .now = clock_.wall()};
  std::string bytes = render_head(response, context);
  bytes += response.content();
  const Result<void> wrote = co_await socket_.write_all(as_bytes(bytes));
  socket_.finish_writing();
  socket_.close();
  co_return wrote;
}

Task<Result<void>> Connection::write_response_head(HttpResponse response) {
  const HeadContext context{.framing = BodyFraming::until_end,
                            .keep_alive = false,
                            .secure = request_->secure,
                            .now = clock_.wall()};
  const std::string head = render_head(response, context);
  co_return co_await socket_.write_all(as_bytes(head));
}

}  // namespace vitrine
