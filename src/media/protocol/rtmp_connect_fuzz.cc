// Three lines as app, tcUrl and stream name: nothing but the app "live" is let in, and no part of the query
// gets into the name.
#include "media/protocol/rtmp_connect.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view lines[3];
  for (auto& line : lines) {
    line = rest.substr(0, std::min(rest.find('\n'), rest.size()));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  const auto app = read_rtmp_app(lines[0], lines[1]);
  if (!app) return 0;
  check(app->stream.find('/') == std::string::npos, "a path as a stream's name");
  const auto asked = read_rtmp_stream(*app, lines[2]);
  check(asked.name.find('?') == std::string::npos, "a query within a name");
  check(asked.name.size() + asked.query.size() <= size + 8, "more than was said");
  return 0;
}
