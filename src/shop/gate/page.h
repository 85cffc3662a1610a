// Paging as every list of the shop does it: `limit` 1 to 100 (default 50) and an opaque `cursor`.
#pragma once

#include <charconv>
#include <optional>
#include <string>

#include "net/http.h"
#include "net/problem.h"

namespace vitrine {

inline constexpr size_t kPageDefault = 50;
inline constexpr size_t kPageMax = 100;

// The limit a request asks for. Errors: `invalid_input` "request.limit".
inline Result<size_t> page_limit(const HttpRequest& request) {
  const auto text = request.query_value("limit");
  if (!text || text->empty()) return kPageDefault;
  size_t limit = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failed != std::errc{} || end != text->data() + text->size() || limit < 1 || limit > kPageMax) {
    return Error{ErrorKind::invalid_input, "request.limit"};
  }
  return limit;
}

// The id below which the page begins; empty for the first page. Errors: `invalid_input` "request.cursor".
template <class T>
Result<std::optional<T>> page_cursor(const HttpRequest& request) {
  const auto text = request.query_value("cursor");
  if (!text || text->empty()) return std::optional<T>();
  const auto id = T::parse(*text);
  if (!id) return Error{ErrorKind::invalid_input, "request.cursor"};
  return std::optional<T>(*id);
}

}  // namespace vitrine
