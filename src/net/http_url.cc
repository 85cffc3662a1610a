#include "net/http_url.h"

#include <algorithm>
#include <charconv>

#include "net/http.h"

namespace vitrine {
namespace {

constexpr Error kBadUrl{ErrorKind::invalid_input, "http.url"};
constexpr size_t kHostMax = 255;

bool is_host(std::string_view text, bool ipv6) {
  const auto allowed = [ipv6](char c) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (ipv6) return hex || c == ':' || c == '.';
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= kHostMax && std::all_of(text.begin(), text.end(), allowed);
}

// "host:port", "[::1]:port"; the port may be missing.
bool read_authority(std::string_view text, HttpUrl& into) {
  const bool ipv6 = text.starts_with('[');
  const size_t host_end = ipv6 ? text.find(']') : text.find(':');
  if (ipv6 && host_end == std::string_view::npos) return false;
  const auto host = ipv6 ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  const auto rest = text.substr(std::min(text.size(), ipv6 ? host_end + 1 : host_end));
  if (!is_host(host, ipv6)) return false;
  into.host = host;
  into.port = into.secure ? 443 : 80;
  if (rest.empty()) return true;
  const auto digits = rest.substr(1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), into.port);
  return rest[0] == ':' && !digits.empty() && read.ec == std::errc() &&
         read.ptr == digits.data() + digits.size() && into.port != 0;
}

}  // namespace

Result<HttpUrl> read_http_url(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  if (text.size() > kHttpUrlMax || !std::all_of(text.begin(), text.end(), printable)) return kBadUrl;
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return kBadUrl;
  HttpUrl out;
  out.secure = equal_ignoring_case(text.substr(0, scheme_end), "https");
  if (!out.secure && !equal_ignoring_case(text.substr(0, scheme_end), "http")) return kBadUrl;
  const auto rest = text.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto target = rest.substr(authority.size());
  if (target.find('#') != std::string_view::npos || !read_authority(authority, out)) return kBadUrl;
  out.authority = authority;
  out.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return out;
}

}  // namespace vitrine
