// HTTP requests: head, path, query, cookies and body. What is taken is clean, and the same however the
// bytes are cut.
#include <cstdlib>

#include "net/http_parser.h"
#include "net/url.h"

namespace {

std::string outcome(vitrine::Bytes bytes, size_t part) {
  vitrine::HttpParser parser;
  size_t given = 0;
  std::optional<size_t> head;
  while (!head) {
    given = std::min(given + part, bytes.size());
    const auto read = parser.read_head(bytes.first(given));
    if (!read) return std::string(read.error().reason);
    head = *read;
    if (!head && given == bytes.size()) return "more";
  }
  if (*head > given || *head > vitrine::HttpParser::kHeadMax + 2) std::abort();
  const auto& request = parser.request();
  for (const auto segment : vitrine::path_segments(request.path)) {
    if (segment == ".." || segment == ".") std::abort();
  }
  if (!request.path.starts_with('/') || request.path.find('\0') != std::string::npos) std::abort();
  std::string out = request.path + "?" + request.query + request.query_value("q").value_or("") +
                    std::string(request.cookie("c"));
  if (!parser.limit_body(4096)) return out + "too large";
  const auto body = parser.read_body(bytes.subspan(*head));
  if (!body) return out + std::string(body.error().reason);
  if (*body > bytes.size() - *head) std::abort();
  const std::string content = parser.take_body();
  if (content.size() > 4096) std::abort();
  return out + content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const vitrine::Bytes bytes(data, size);
  const std::string whole = outcome(bytes, std::max<size_t>(size, 1));
  if (outcome(bytes, 1) != whole) std::abort();
  return 0;
}
