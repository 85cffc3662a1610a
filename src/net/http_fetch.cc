#include "net/http_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "net/http.h"

namespace vitrine {
namespace {

constexpr size_t kHeadMax = 16 * 1024;
constexpr Error kBadAnswer{ErrorKind::invalid_input, "http.answer"};

// What is left of one request.
class TimeLeft {
 public:
  explicit TimeLeft(Milliseconds all) : ends_(std::chrono::steady_clock::now() + all) {}
  bool over() const { return std::chrono::steady_clock::now() >= ends_; }
  Milliseconds left() const {
    const auto time = std::chrono::duration_cast<Milliseconds>(ends_ - std::chrono::steady_clock::now());
    return std::max(time, Milliseconds(1));
  }

 private:
  std::chrono::steady_clock::time_point ends_;
};

template <class Number>
bool read_number(std::string_view text, Number& into, int base = 10) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), into, base);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// "HTTP/1.1 204 No Content"
std::optional<int64_t> status_of(std::string_view line) {
  int64_t status = 0;
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  if (!read_number(line.substr(9, 3), status) || status < 100) return std::nullopt;
  return status;
}

std::string_view header_of(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    return value;
  }
  return {};
}

// RFC 9112, 7.1. Empty while chunks are missing.
Result<std::optional<std::string>> unchunked(std::string_view bytes) {
  std::string out;
  while (true) {
    const size_t line = bytes.find("\r\n");
    if (line == std::string_view::npos) return std::optional<std::string>();
    size_t size = 0;
    if (!read_number(bytes.substr(0, std::min(line, bytes.find(';'))), size, 16)) return kBadAnswer;
    bytes.remove_prefix(line + 2);
    if (size == 0) return std::optional(std::move(out));
    if (size > bytes.size() || bytes.size() - size < 2) return std::optional<std::string>();
    if (bytes.substr(size, 2) != "\r\n") return kBadAnswer;
    out += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
  }
}

std::string text_of(const FetchRequest& request) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Vitrine/{}\r\nContent-Length: {}\r\n{}Connection: "
      "close\r\n\r\n{}",
      request.method, request.url.target, request.url.authority, VITRINE_VERSION, request.body.size(),
      request.headers, request.body);
}

}  // namespace

Result<std::optional<FetchAnswer>> read_http_answer(std::string_view bytes, bool ended) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (ended || bytes.size() > kHeadMax) return kBadAnswer;
    return std::optional<FetchAnswer>();
  }
  const auto head = bytes.substr(0, end);
  const auto status = status_of(head.substr(0, head.find("\r\n")));
  if (!status) return kBadAnswer;
  const auto rest = bytes.substr(end + 4);
  FetchAnswer out{.status = *status};
  if (*status == 204 || *status == 304) return std::optional(std::move(out));
  if (equal_ignoring_case(header_of(head, "Transfer-Encoding"), "chunked")) {
    auto body = unchunked(rest);
    if (!body) return body.error();
    if (!*body && ended) return kBadAnswer;
    if (!*body) return std::optional<FetchAnswer>();
    out.body = std::move(**body);
    return std::optional(std::move(out));
  }
  size_t length = rest.size();
  const auto said = header_of(head, "Content-Length");
  if (!said.empty() && !read_number(said, length)) return kBadAnswer;
  const bool whole = said.empty() ? ended : rest.size() >= length;
  if (!whole && ended) return kBadAnswer;
  if (!whole) return std::optional<FetchAnswer>();
  out.body = rest.substr(0, length);
  return std::optional(std::move(out));
}

Task<Result<FetchAnswer>> HttpFetch::fetch(FetchRequest request) {
  const TimeLeft time(request.time);
  auto address = co_await find_address(request.url.host, time.left());
  if (!address) co_return address.error();
  if (time.over()) co_return Error{ErrorKind::timed_out, "http.timed_out"};
  auto socket =
      co_await TcpSocket::connect(*Core::current(), *std::move(address), request.url.port, time.left());
  if (!socket) co_return socket.error();
  if (request.url.secure) {
    const auto secured = co_await secure(&*socket, request.url.host, time.left());
    if (!secured) co_return secured.error();
  }
  const std::string text = text_of(request);
  socket->set_write_limit(time.left());
  const auto sent = co_await socket->write_all(as_bytes(text));
  if (!sent) co_return sent.error();
  std::string answer;
  std::array<uint8_t, 4'096> buffer;
  while (!time.over()) {
    socket->set_read_limit(time.left());
    const auto got = co_await socket->read_some(buffer);
    if (!got) co_return got.error();
    answer.append(reinterpret_cast<const char*>(buffer.data()), *got);
    auto read = read_http_answer(answer, *got == 0);
    if (!read) co_return read.error();
    if (*read) co_return std::move(**read);
    if (answer.size() > request.answer_max + kHeadMax) co_return kBadAnswer;
  }
  co_return Error{ErrorKind::timed_out, "http.timed_out"};
}

// The address that was checked is the one connected to.
Task<Result<std::string>> HttpFetch::find_address(std::string host, Milliseconds time) {
  const auto found = co_await uses_.hosts.look_up(std::move(host), time);
  if (!found) co_return found.error();
  if (found->empty()) co_return Error{ErrorKind::unavailable, "http.name"};
  const AddressPolicy policy = uses_.policy();
  const auto allowed = std::find_if(found->begin(), found->end(),
                                    [&policy](const auto& address) { return policy.allows(address); });
  if (allowed == found->end()) co_return Error{ErrorKind::forbidden, "http.address"};
  co_return *allowed;
}

Task<Result<void>> HttpFetch::secure(TcpSocket* socket, std::string host, Milliseconds time) {
  auto tls = tls_.with([](const auto& known) { return known; });
  if (!tls) {
    auto make = [] { return TlsContext::client(TlsContext::Trust::authorities); };
    auto made = co_await uses_.blocking.run(std::move(make));
    if (!made) co_return made.error();
    tls = *std::move(made);
    tls_.with([&](auto& known) { known = tls; });
  }
  co_return co_await socket->start_tls(tls, std::move(host), time);
}

}  // namespace vitrine
