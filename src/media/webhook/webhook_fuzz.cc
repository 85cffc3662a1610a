// URLs of webhooks: what is taken has a host of allowed letters and a target that cannot end a header line.
#include <cstdlib>

#include "media/webhook/webhook.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = vitrine::read_webhook_url(text);
  if (!url) return 0;
  if (url->host.empty() || url->port == 0 || !url->target.starts_with('/')) std::abort();
  for (const std::string& part : {url->host, url->target, url->authority}) {
    if (part.find_first_of(std::string_view("\r\n \0@#", 6)) != std::string::npos && part != url->target)
      std::abort();
    if (part.find_first_of(std::string_view("\r\n \0", 4)) != std::string::npos) std::abort();
  }
  return 0;
}
