#include "net/http_parser.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/url.h"

namespace vitrine {
namespace {

namespace http = boost::beast::http;

const Error kMalformed{ErrorKind::invalid_input, "request.malformed"};
const Error kFraming{ErrorKind::invalid_input, "request.framing"};
const Error kHost{ErrorKind::invalid_input, "request.host"};
const Error kHeadTooLarge{ErrorKind::too_large, "request.head_too_large"};
const Error kBodyTooLarge{ErrorKind::too_large, "request.body_too_large"};

// Where the head ends, or npos. Refuses what a lenient parser would mend: a bare CR or LF, folded lines
// (RFC 9112, 2.2 and 5.2) and NUL. `from` is where the last look ended.
Result<size_t> find_head_end(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\0') return kMalformed;
    if (c == '\n' && (at == 0 || text[at - 1] != '\r')) return kMalformed;
    if (at > 0 && text[at - 1] == '\r' && c != '\n') return kMalformed;
    if (at < 2 || text[at - 1] != '\n' || text[at - 2] != '\r') {
      if (at >= 3 && c == '\n' && text.substr(at - 3, 4) == "\r\n\r\n") return at + 1;
      continue;
    }
    if (c == ' ' || c == '\t') return kMalformed;
  }
  return std::string_view::npos;
}

Error explain(boost::beast::error_code failed) {
  if (failed == http::error::bad_version) return {ErrorKind::unsupported, "request.version"};
  if (failed == http::error::header_limit) return kHeadTooLarge;
  if (failed == http::error::body_limit) return kBodyTooLarge;
  if (failed == http::error::bad_content_length || failed == http::error::multiple_content_length ||
      failed == http::error::bad_transfer_encoding)
    return kFraming;
  return kMalformed;
}

// The raw path and query of the target, origin-form or absolute-form (RFC 9112, 3.2).
Result<std::pair<std::string_view, std::string_view>> split_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const size_t path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    break;
  }
  if (!target.starts_with('/')) return Error{ErrorKind::invalid_input, "request.path"};
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::pair(target, std::string_view());
  return std::pair(target.substr(0, mark), target.substr(mark + 1));
}

}  // namespace

struct HttpParser::State {
  State() {
    parser.header_limit(kHeadMax);
    parser.body_limit(boost::none);
  }
  http::request_parser<http::string_body> parser;
};

HttpParser::HttpParser() : state_(std::make_unique<State>()) {}
HttpParser::~HttpParser() = default;

Result<std::optional<size_t>> HttpParser::read_head(Bytes received) {
  const std::string_view text = as_text(received.first(std::min(received.size(), kHeadMax)));
  // Empty lines before a request are old clients' slips after a POST (RFC 9112, 2.2): one is let pass.
  const size_t begin = text.starts_with("\r\n") ? 2 : 0;
  const std::string_view head = text.substr(begin);
  const auto end = find_head_end(head, scanned_);
  if (!end) return end.error();
  if (*end == std::string_view::npos) {
    if (received.size() >= kHeadMax) return kHeadTooLarge;
    scanned_ = head.empty() ? 0 : head.size() - 1;
    return std::optional<size_t>();
  }
  boost::beast::error_code failed;
  state_->parser.put(boost::asio::buffer(head.data(), *end), failed);
  if (failed) return explain(failed);
  if (!state_->parser.is_header_done()) return kMalformed;
  if (auto checked = check_framing(); !checked) return checked.error();
  if (auto filled = fill_request(); !filled) return filled.error();
  return std::optional<size_t>(begin + *end);
}

Result<void> HttpParser::check_framing() {
  const auto& message = state_->parser.get();
  if (message.version() != 11 && message.version() != 10)
    return Error{ErrorKind::unsupported, "request.version"};
  if (message.count(http::field::content_length) > 1 || message.count(http::field::transfer_encoding) > 1)
    return kFraming;
  const auto coding = message.find(http::field::transfer_encoding);
  if (coding != message.end()) {
    if (message.version() == 10 || message.count(http::field::content_length) > 0) return kFraming;
    if (!equal_ignoring_case(coding->value(), "chunked"))
      return Error{ErrorKind::unsupported, "request.transfer_encoding"};
  }
  const size_t hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return kHost;
  return {};
}

Result<void> HttpParser::fill_request() {
  const auto& message = state_->parser.get();
  const auto method = method_of(message.method_string());
  if (!method) return Error{ErrorKind::unsupported, "request.method"};
  request_.method = *method;
  const auto target = split_target(message.target());
  if (!target) return target.error();
  auto path = decode_path(target->first);
  if (!path) return path.error();
  request_.path = std::move(*path);
  request_.query = target->second;
  for (const auto& field : message) request_.headers.add(field.name_string(), field.value());
  expects_continue_ =
      message.version() == 11 && equal_ignoring_case(request_.headers.get("Expect"), "100-continue");
  return {};
}

bool HttpParser::keep_alive() const {
  return state_->parser.keep_alive();
}

bool HttpParser::done() const {
  return state_->parser.is_done();
}

std::optional<uint64_t> HttpParser::content_length() const {
  const auto length = state_->parser.content_length();
  if (!length) return std::nullopt;
  return *length;
}

Result<void> HttpParser::limit_body(size_t max) {
  if (const auto length = content_length(); length && *length > max) return kBodyTooLarge;
  state_->parser.body_limit(max);
  return {};
}

Result<size_t> HttpParser::read_body(Bytes more) {
  size_t used = 0;
  while (!done() && used < more.size()) {
    boost::beast::error_code failed;
    const size_t taken =
        state_->parser.put(boost::asio::buffer(more.data() + used, more.size() - used), failed);
    used += taken;
    if (failed && failed != http::error::need_more) return explain(failed);
    if (failed || taken == 0) break;
  }
  // A chunk's size line that does not fit is not one.
  if (used == 0 && more.size() >= kHeadMax) return kMalformed;
  return used;
}

std::string HttpParser::take_body() {
  return std::move(state_->parser.get().body());
}

Problem parse_problem(Error error) {
  Problem problem(error);
  if (error.reason == "request.head_too_large") {
    problem.status = 431;
    problem.detail = "The request's header is larger than 16 KB.";
  } else if (error.reason == "request.version") {
    problem.status = 505;
    problem.detail = "Only HTTP/1.0 and HTTP/1.1 are spoken here.";
  } else if (error.reason == "request.method" || error.reason == "request.transfer_encoding") {
    problem.status = 501;
  } else if (error.reason == "request.framing") {
    problem.detail = "The request's length is ambiguous: send Content-Length or Transfer-Encoding, once.";
  } else if (error.reason == "request.host") {
    problem.detail = "HTTP/1.1 requests need one Host header.";
  } else if (error.reason == "request.path") {
    problem.detail = "The path is not one this server would ever serve.";
  } else if (error.reason == "request.body_too_large") {
    problem.detail = "The body is larger than this operation takes.";
  }
  return problem;
}

}  // namespace vitrine
