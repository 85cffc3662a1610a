// Any text as a path, a query value and something to be encoded: what comes out of a path cannot climb out of
// a folder, and encoding is undone by decoding.
#include "net/url.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(percent_decode(percent_encode(text)) == text, "encoding changed the text");
  const auto decoded = percent_decode(text);
  if (decoded) check(decoded->size() <= size, "decoding made more of it");
  const auto form = form_decode(text);
  if (form) check(form->size() <= size, "decoding made more of it");
  const auto path = decode_path(text);
  if (!path) return 0;
  check(path->starts_with('/') && path->find('\0') == std::string::npos, "no clean path");
  for (const auto segment : path_segments(*path))
    check(segment != "." && segment != "..", "a path that climbs");
  return 0;
}
