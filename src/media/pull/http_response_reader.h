// Reads one HTTP/1.1 response of another server from bytes: its head, then its body, whether chunked,
// counted or ended by the connection (RFC 9112, 6.3 and 7.1).
//
// Owns    the head as far as it has come.
// Thread  one.
// Never   touches a socket, keeps a byte of the body, or reserves by a declared length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/byte_reader.h"

namespace vitrine {

struct HttpResponseHead {
  int status = 0;
  std::string location;  // of a redirect
};

class HttpResponseReader {
 public:
  static constexpr size_t kHeadMax = 16 * 1024;  // bytes of the head, interim responses included
  static constexpr size_t kChunkLineMax = 256;   // bytes of a chunk's size and extensions

  // Takes bytes off the front of `in`; the head once it is whole. Interim responses (1xx) are passed over.
  // Errors: `invalid_input` "http.response"; `too_large` "http.response_head"; `unsupported`
  // "http.transfer_encoding".
  Result<std::optional<HttpResponseHead>> read_head(Bytes& in);
  // After the head: takes bytes off `in` and appends those of the body to `out`. Errors: `invalid_input`
  // "http.chunk".
  Result<void> read_body(Bytes& in, std::vector<uint8_t>& out);
  // The body is over; empty `in` before a body that ends with the connection never says so.
  bool done() const { return step_ == Step::done; }

 private:
  enum class Step : uint8_t { head, until_close, counted, chunk_size, chunk_data, chunk_end, trailer, done };

  Result<HttpResponseHead> parse_head();
  Result<void> parse_field(std::string_view line, HttpResponseHead& head);
  Result<void> begin_chunk();

  Step step_ = Step::head;
  std::string text_;  // the head, a chunk's line or a trailer, as far as it has come
  size_t trailer_bytes_ = 0;
  uint64_t left_ = 0;  // of the body or the chunk
  bool chunked_ = false;
  std::optional<uint64_t> length_;
};

}  // namespace vitrine
