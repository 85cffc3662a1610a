#include "media/access/referer_rules.h"

#include <algorithm>

#include "net/http.h"

namespace vitrine {
namespace {

constexpr size_t kHostMax = 255;

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':' ||
         c == '[' || c == ']';
}

// "Live.Example:8080" -> "live.example"; "[::1]:80" -> "[::1]"; empty when a letter is foreign.
std::string host_of(std::string_view authority) {
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket))
    authority = authority.substr(0, colon);
  if (authority.size() > kHostMax) return {};
  std::string out;
  for (const char c : authority) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_host_letter(lower)) return {};
    out += lower;
  }
  return out;
}

bool matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return equal_ignoring_case(pattern, host);
  const auto tail = pattern.substr(1);  // ".shop.example"
  return host.size() > tail.size() && equal_ignoring_case(host.substr(host.size() - tail.size()), tail);
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view host) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, host); });
}

}  // namespace

bool is_referer_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return !text.empty() && text.find('*') == std::string_view::npos &&
         text.find(':') == std::string_view::npos && !host_of(text).empty();
}

std::string referer_host(std::string_view referer) {
  const size_t scheme = referer.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto name = referer.substr(0, scheme);
  if (!equal_ignoring_case(name, "http") && !equal_ignoring_case(name, "https")) return {};
  auto authority = referer.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.find('\\') != std::string_view::npos) return {};  // a browser takes it for a slash
  // "https://shop.example@evil.example/" leads to evil.example.
  if (const size_t user = authority.rfind('@'); user != std::string_view::npos)
    authority.remove_prefix(user + 1);
  return host_of(authority);
}

bool allows(const RefererRules& rules, std::string_view referer, std::string_view own_host) {
  const std::string host = referer_host(referer);
  if (host.empty()) return rules.empty;
  if (host == host_of(own_host)) return true;
  if (any_matches(rules.deny, host)) return false;
  return rules.allow.empty() || any_matches(rules.allow, host);
}

}  // namespace vitrine
