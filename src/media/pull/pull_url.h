// The address of another server's stream: rtmp, rtmps, http or https.
//
// Thread  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/protocol/rtmp_client.h"

namespace vitrine {

inline constexpr size_t kPullUrlMax = 2'048;  // characters

enum class PullScheme : uint8_t { rtmp, rtmps, http, https };

struct PullUrl {
  PullScheme scheme{};
  std::string host;  // a name or a numeric address, IPv6 without its brackets
  uint16_t port = 0;
  std::string path;   // "/live/demo"; as sent
  std::string query;  // without '?'; may hold a secret

  bool rtmp() const { return scheme == PullScheme::rtmp || scheme == PullScheme::rtmps; }
  bool secure() const { return scheme == PullScheme::rtmps || scheme == PullScheme::https; }
  // "rtmp://[2001:db8::1]:1935": for logs. A path may be a secret as well as a query.
  std::string server() const;
  // For those who may see where a pull comes from: the query is "?..." .
  std::string shown() const;
  // What connect and play say: the last word of the path is the stream, the ones before are the app.
  RtmpPlayTarget rtmp_target() const;
};

// Errors: `invalid_input` "pull.url" for another scheme, a user name in it, a host that is none, characters
// outside printable ASCII, more than kPullUrlMax of them, or an RTMP path without app and stream.
Result<PullUrl> read_pull_url(std::string_view text);

// Where a Location header (RFC 9110, 10.2.2) leads from `from`: a whole http or https URL, or a path from the
// root. Errors: `invalid_input` "pull.redirect".
Result<PullUrl> read_redirect(const PullUrl& from, std::string_view location);

}  // namespace vitrine
