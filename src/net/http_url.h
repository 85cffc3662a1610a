// Addresses that somebody else typed and this server asks: webhooks, lists of keys, review hooks.
//
// Thread  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vitrine {

inline constexpr size_t kHttpUrlMax = 2'000;  // characters

struct HttpUrl {
  bool secure = false;  // https
  std::string host;     // a name or a numeric address, an IPv6 one without brackets
  uint16_t port = 0;
  std::string target;     // path and query
  std::string authority;  // the Host header
};

// Errors: `invalid_input` "http.url" unless it is an http or https URL of printable ASCII, without user and
// fragment, of at most kHttpUrlMax characters.
Result<HttpUrl> read_http_url(std::string_view text);

}  // namespace vitrine
