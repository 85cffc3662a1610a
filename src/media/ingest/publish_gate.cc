#include "media/ingest/publish_gate.h"

#include "media/protocol/stream_name.h"

namespace vitrine {

Result<PublishRequest> read_publish_request(std::string_view name, std::string_view query) {
  if (!is_stream_name(name)) return Error{ErrorKind::invalid_input, "publish.stream"};
  PublishRequest out;
  out.stream = name;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto word = pair.substr(0, equals);
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
    if (word == "key" && out.key.empty()) out.key = value;
    if (word == "takeover") out.take_over = value == "1";
  }
  if (out.key.size() > kStreamKeyMax) return Error{ErrorKind::invalid_input, "publish.key"};
  return out;
}

}  // namespace vitrine
