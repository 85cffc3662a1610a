// Reads one HTTP/1.1 request from bytes: its head, then its body. Stricter than the grammar where
// leniency lets two servers disagree about where a request ends (RFC 9112, 11.2).
//
// Owns    the request as far as it is known.
// Thread  one.
// Never   touches a socket. Beast's parser works inside http_parser.cc and nowhere else.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "net/http.h"
#include "net/problem.h"
#include "wire/byte_reader.h"

namespace vitrine {

class HttpParser {
 public:
  static constexpr size_t kHeadMax = 16 * 1024;

  HttpParser();
  ~HttpParser();

  // Looks for a whole head in everything `received` since the last request. Answers how many bytes it
  // took, or nothing while more are needed. Errors, after which the connection has to be closed:
  // `invalid_input` "request.malformed", "request.framing", "request.host", "request.path";
  // `too_large` "request.head_too_large"; `unsupported` "request.method", "request.version",
  // "request.transfer_encoding".
  Result<std::optional<size_t>> read_head(Bytes received);

  // After the head. The body is not in it.
  HttpRequest& request() { return request_; }
  bool keep_alive() const;
  bool expects_continue() const { return expects_continue_; }
  // Whether all of the request has been read.
  bool done() const;
  std::optional<uint64_t> content_length() const;

  // Errors: `too_large` "request.body_too_large".
  Result<void> limit_body(size_t max);
  // Takes body bytes; answers how many it took. Errors: as limit_body, and "request.malformed".
  Result<size_t> read_body(Bytes more);
  std::string take_body();

 private:
  struct State;

  Result<void> check_framing();
  Result<void> fill_request();

  std::unique_ptr<State> state_;
  HttpRequest request_;
  size_t scanned_ = 0;
  bool expects_continue_ = false;
};

// What to answer to an Error of the parser.
Problem parse_problem(Error error);

}  // namespace vitrine
