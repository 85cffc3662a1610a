#include "testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <charconv>

#include "base/check.h"

namespace vitrine {
namespace {

constexpr timeval kReadLimit{10, 0};

int dial(const std::string& address, uint16_t port) {
  const bool v6 = address.find(':') != std::string::npos;
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kReadLimit, sizeof(kReadLimit));
  sockaddr_in to4{};
  to4.sin_family = AF_INET;
  to4.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &to4.sin_addr);
  sockaddr_in6 to6{};
  to6.sin6_family = AF_INET6;
  to6.sin6_port = htons(port);
  inet_pton(AF_INET6, address.c_str(), &to6.sin6_addr);
  const auto* to = v6 ? reinterpret_cast<sockaddr*>(&to6) : reinterpret_cast<sockaddr*>(&to4);
  check(::connect(fd, to, v6 ? sizeof(to6) : sizeof(to4)) == 0, "the test's server is reachable");
  return fd;
}

}  // namespace

boost::json::value ClientReply::json() const {
  boost::system::error_code failed;
  auto value = boost::json::parse(body, failed);
  return failed ? boost::json::value() : value;
}

std::string ClientReply::slug() const {
  const auto value = json();
  if (!value.is_object() || !value.get_object().contains("slug")) return {};
  return std::string(value.at("slug").as_string());
}

HttpClient::HttpClient(uint16_t port, const std::string& address)
    : address_(address), port_(port), fd_(dial(address, port)) {}

HttpClient::~HttpClient() {
  ::close(fd_);
}

void HttpClient::reconnect() {
  ::close(fd_);
  received_.clear();
  fd_ = dial(address_, port_);
}

ClientReply HttpClient::request(std::string_view method, std::string_view path, std::string_view body,
                                const Headers& headers) {
  if (fd_ < 0) fd_ = dial(address_, port_);
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: " + address_ + ":" +
                     std::to_string(port_) + "\r\n";
  std::string cookie_line;
  for (const auto& [name, value] : cookies)
    cookie_line += (cookie_line.empty() ? "" : "; ") + name + "=" + value;
  if (!cookie_line.empty()) text += "Cookie: " + cookie_line + "\r\n";
  bool typed = body.empty();
  Headers sent = always;
  sent.insert(sent.end(), headers.begin(), headers.end());
  for (const auto& [name, value] : sent) {
    typed = typed || equal_ignoring_case(name, "Content-Type");
    text += name + ": " + value + "\r\n";
  }
  if (!typed) text += "Content-Type: application/json\r\n";
  if (!body.empty() || method != "GET") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  write(text.append(body));
  ClientReply reply = read_reply(method == "HEAD");
  if (equal_ignoring_case(reply.headers.get("Connection"), "close")) {
    ::close(fd_);
    fd_ = -1;
    received_.clear();
  }
  return reply;
}

void HttpClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t taken = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (taken <= 0) return;  // the server may close first: the reply tells
    bytes.remove_prefix(static_cast<size_t>(taken));
  }
}

bool HttpClient::fill() {
  char buffer[16 * 1024];
  const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
  if (got <= 0) return false;
  received_.append(buffer, static_cast<size_t>(got));
  return true;
}

ClientReply HttpClient::read_reply(bool head_only) {
  size_t end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return {};
    end = received_.find("\r\n\r\n");
  }
  ClientReply reply;
  std::string_view head = std::string_view(received_).substr(0, end);
  const std::string_view status = head.substr(std::min<size_t>(head.size(), 9), 3);
  std::from_chars(status.data(), status.data() + status.size(), reply.status);
  for (size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const size_t next = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos) reply.headers.add(line.substr(0, colon), line.substr(colon + 2));
    at = next;
  }
  received_.erase(0, end + 4);
  if (const std::string_view length = reply.headers.get("Content-Length"); !length.empty() && !head_only) {
    size_t count = 0;
    std::from_chars(length.data(), length.data() + length.size(), count);
    reply.body = read_bytes(count);
  }
  take_cookies(reply.headers);
  return reply;
}

std::string HttpClient::read_bytes(size_t count) {
  while (received_.size() < count && fill()) {
  }
  std::string out = received_.substr(0, count);
  received_.erase(0, count);
  return out;
}

bool HttpClient::ended() {
  if (!received_.empty()) return false;
  char byte = 0;
  const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

void HttpClient::take_cookies(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers.all()) {
    if (!equal_ignoring_case(name, "Set-Cookie")) continue;
    const std::string_view pair = std::string_view(value).substr(0, value.find(';'));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string key(pair.substr(0, equals));
    if (value.find("Max-Age=0") != std::string::npos)
      cookies.erase(key);
    else
      cookies[key] = pair.substr(equals + 1);
  }
}

}  // namespace vitrine
