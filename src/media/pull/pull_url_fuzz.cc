// Any text as the URL of a pull, and as where a redirect leads.
#include "media/pull/pull_url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = read_pull_url(text)) {
    check(read_pull_url(url->shown()).ok(), "a URL as it is shown is one");
    if (url->rtmp()) check(!url->rtmp_target().stream.empty(), "an RTMP URL names a stream");
  }
  const auto from = *read_pull_url("https://host/live/demo.flv");
  if (const auto to = read_redirect(from, text)) check(to->secure(), "a redirect leaves TLS");
  return 0;
}
