// Any bytes as what an HTTP server answers to a pull; the first byte decides how the rest is cut.
#include "media/pull/http_flv_client.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  if (size == 0) return 0;
  HttpFlvClient client(*read_pull_url("http://host/live/demo.flv"));
  const size_t step = data[0] == 0 ? size : data[0];
  for (Bytes rest(data + 1, size - 1); !rest.empty();) {
    Bytes in = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(in.size());
    while (true) {
      const auto event = client.next(in);
      if (!event) return 0;
      if (!*event) break;
      if (std::holds_alternative<PullRedirect>(**event) || std::holds_alternative<RtmpPlayEnded>(**event))
        return 0;
    }
  }
  return 0;
}
