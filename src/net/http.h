// HTTP messages as plain values. Handlers never see a socket, so another HTTP version fits below.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrine {

enum class HttpMethod : uint8_t { get, head, post, put, patch, del, options };

// Header names compare without regard to case; order and duplicates are kept.
class HttpHeaders {
 public:
  // The first value, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // Replaces every value of that name.
  void set(std::string_view name, std::string_view value);
  // Adds one more (Set-Cookie).
  void add(std::string_view name, std::string_view value);
  const std::vector<std::pair<std::string, std::string>>& all() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  std::string path;   // percent-decoded once, begins with '/', no dot segments
  std::string query;  // raw, without '?'
  HttpHeaders headers;
  std::string body;
  std::string remote;   // the client's address: the peer, or X-Forwarded-For behind a trusted proxy
  bool secure = false;  // TLS here or at a trusted proxy

  // The cookie's value, or empty.
  std::string_view cookie(std::string_view name) const;
  // The first query parameter of that name, percent-decoded; empty optional when absent.
  std::optional<std::string> query_value(std::string_view name) const;
};

// Bytes that many answers share (assets): sent without a copy.
struct SharedBody {
  std::string_view bytes;
  std::shared_ptr<const void> owner{};  // keeps the bytes alive; null when they live as long as the program
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  std::optional<SharedBody> shared{};  // sent instead of `body`

  std::string_view content() const { return shared ? shared->bytes : std::string_view(body); }
};

std::string_view method_name(HttpMethod method);
std::optional<HttpMethod> method_of(std::string_view name);
// "Not Found"; "Status" for a number nobody knows.
std::string_view status_phrase(int status);
// ASCII only, as header names and schemes compare.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace vitrine
