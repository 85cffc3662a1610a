#include "media/pull/pull_url.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vitrine {
namespace {

constexpr Error kWrong{ErrorKind::invalid_input, "pull.url"};

struct SchemeRow {
  std::string_view name;
  PullScheme scheme;
  uint16_t port;
};
constexpr std::array<SchemeRow, 4> kSchemes{{{"rtmp", PullScheme::rtmp, 1935},
                                             {"rtmps", PullScheme::rtmps, 443},
                                             {"http", PullScheme::http, 80},
                                             {"https", PullScheme::https, 443}}};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_host(std::string_view host) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; };
  return !host.empty() && host.size() <= 253 && host.front() != '-' && std::ranges::all_of(host, allowed);
}
bool is_ipv6(std::string_view host) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == ':' || c == '.'; };
  return host.size() >= 2 && host.size() <= 45 && std::ranges::all_of(host, allowed);
}

// "host:port", "[::1]:port", each with or without the port.
Result<void> read_authority(std::string_view text, PullUrl& out) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return kWrong;
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && !text.starts_with(':')) return kWrong;
    port = text.empty() ? text : text.substr(1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    if (!is_host(text.substr(0, colon))) return kWrong;
    out.host = text.substr(0, colon);
    port = colon < text.size() ? text.substr(colon + 1) : std::string_view();
  }
  if (port.empty()) return {};
  const auto read = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size() || out.port == 0) return kWrong;
  return {};
}

// Where the stream's name begins in an RTMP path; npos without an app before it.
size_t stream_at(std::string_view path) {
  const size_t last = path.rfind('/');
  return last == std::string_view::npos || last < 2 || last + 1 == path.size() ? std::string_view::npos
                                                                               : last + 1;
}

}  // namespace

std::string PullUrl::server() const {
  std::string out;
  for (const SchemeRow& row : kSchemes)
    if (row.scheme == scheme) out = std::string(row.name) + "://";
  const bool ipv6 = host.find(':') != std::string::npos;
  return out + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string PullUrl::shown() const {
  return server() + path + (query.empty() ? "" : "?...");
}

RtmpPlayTarget PullUrl::rtmp_target() const {
  const size_t at = stream_at(path);
  check(at != std::string::npos, "an RTMP pull without app and stream was let in");
  RtmpPlayTarget out;
  out.app = path.substr(1, at - 2);
  out.tc_url = server() + "/" + out.app;
  out.stream = path.substr(at) + (query.empty() ? "" : "?" + query);
  return out;
}

Result<PullUrl> read_pull_url(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  if (text.size() > kPullUrlMax || !std::ranges::all_of(text, printable)) return kWrong;
  const size_t colon = text.find("://");
  const auto row =
      std::ranges::find(kSchemes, text.substr(0, std::min(colon, text.size())), &SchemeRow::name);
  if (colon == std::string_view::npos || row == kSchemes.end()) return kWrong;
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  PullUrl out;
  out.scheme = row->scheme;
  out.port = row->port;
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  if (auto read = read_authority(text.substr(0, end), out); !read) return read.error();
  text.remove_prefix(end);
  const size_t question = std::min(text.find('?'), text.size());
  out.path = question == 0 ? "/" : text.substr(0, question);
  if (question < text.size()) out.query = text.substr(question + 1);
  if (out.rtmp() && stream_at(out.path) == std::string::npos) return kWrong;
  return out;
}

Result<PullUrl> read_redirect(const PullUrl& from, std::string_view location) {
  const bool path_alone = location.starts_with('/') && !location.starts_with("//");
  const auto to = read_pull_url(path_alone ? from.server() + std::string(location) : std::string(location));
  // A redirect must not lead from a checked server's protection to none, nor to another protocol.
  if (!to || to->rtmp() || (from.secure() && !to->secure()))
    return Error{ErrorKind::invalid_input, "pull.redirect"};
  return to;
}

}  // namespace vitrine
