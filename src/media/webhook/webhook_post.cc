#include "media/webhook/webhook_post.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vitrine {
namespace {

constexpr size_t kFirstLineMax = 1'024;
constexpr Error kBadAnswer{ErrorKind::invalid_input, "webhook.answer"};

// What is left of one try.
class TimeLeft {
 public:
  explicit TimeLeft(Milliseconds all) : ends_(std::chrono::steady_clock::now() + all) {}
  Milliseconds left() const {
    const auto time = std::chrono::duration_cast<Milliseconds>(ends_ - std::chrono::steady_clock::now());
    return std::max(time, Milliseconds(1));
  }

 private:
  std::chrono::steady_clock::time_point ends_;
};

std::string request_of(const WebhookUrl& url, const Webhook& webhook, const Delivery& delivery,
                       WallTime now) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Vitrine/{}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\nVitrine-Event: {}\r\nVitrine-Delivery: {}\r\nVitrine-Signature: {}\r\n"
      "Connection: close\r\n\r\n{}",
      url.target, url.authority, VITRINE_VERSION, delivery.body.size(), delivery.kind, delivery.id.str(),
      delivery_signature(webhook.secret, now, delivery.body), delivery.body);
}

// "HTTP/1.1 204 No Content"
Result<int64_t> read_status(std::string_view line) {
  int64_t status = 0;
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return kBadAnswer;
  const auto read = std::from_chars(line.data() + 9, line.data() + 12, status);
  if (read.ec != std::errc() || read.ptr != line.data() + 12 || status < 100) return kBadAnswer;
  return status;
}

}  // namespace

Task<DeliveryOutcome> WebhookPost::post(Webhook webhook, Delivery delivery, WallTime now) {
  const auto status = co_await try_post(std::move(webhook), std::move(delivery), now);
  DeliveryOutcome out;
  if (status)
    out.status = *status;
  else
    out.error = std::string(status.error().reason);
  co_return out;
}

Task<Result<int64_t>> WebhookPost::try_post(Webhook webhook, Delivery delivery, WallTime now) {
  const TimeLeft time(kDeliveryTime);
  const auto url = read_webhook_url(webhook.url);
  if (!url) co_return url.error();
  auto address = co_await find_address(url->host, time.left());
  if (!address) co_return address.error();
  auto socket = co_await TcpSocket::connect(*Core::current(), *std::move(address), url->port, time.left());
  if (!socket) co_return socket.error();
  if (url->secure) {
    const auto secured = co_await secure(&*socket, url->host, time.left());
    if (!secured) co_return secured.error();
  }
  const std::string request = request_of(*url, webhook, delivery, now);
  socket->set_write_limit(time.left());
  const auto sent = co_await socket->write_all(as_bytes(request));
  if (!sent) co_return sent.error();
  std::string line;
  std::array<uint8_t, kFirstLineMax> buffer;
  while (line.find("\r\n") == std::string::npos) {
    socket->set_read_limit(time.left());
    const auto got = co_await socket->read_some(buffer);
    if (!got) co_return got.error();
    if (*got == 0 || line.size() + *got > kFirstLineMax * 2) co_return kBadAnswer;
    line.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  co_return read_status(line);
}

// The address that was checked is the one connected to.
Task<Result<std::string>> WebhookPost::find_address(std::string host, Milliseconds time) {
  const auto found = co_await uses_.hosts.look_up(std::move(host), time);
  if (!found) co_return found.error();
  if (found->empty()) co_return Error{ErrorKind::unavailable, "webhook.name"};
  const AddressPolicy policy = uses_.policy();
  const auto allowed = std::find_if(found->begin(), found->end(),
                                    [&policy](const auto& address) { return policy.allows(address); });
  if (allowed == found->end()) co_return Error{ErrorKind::forbidden, "webhook.address"};
  co_return *allowed;
}

Task<Result<void>> WebhookPost::secure(TcpSocket* socket, std::string host, Milliseconds time) {
  if (!tls_) {
    auto make = [] { return TlsContext::client(TlsContext::Trust::authorities); };
    auto made = co_await uses_.blocking.run(std::move(make));
    if (!made) co_return made.error();
    tls_ = *std::move(made);
  }
  co_return co_await socket->start_tls(tls_, std::move(host), time);
}

}  // namespace vitrine
