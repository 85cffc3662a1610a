// HTTP messages as plain values. Handlers never see a socket, so another HTTP version fits below.
#pragma once

#include <cstdint>
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

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

}  // namespace vitrine
