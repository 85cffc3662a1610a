// Who may publish: what a publisher asks and who answers it. The module behind it checks the key and
// gives out the stream's seat.
//
// Owns    nothing.
// Thread  admit() on the publisher's core.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/codec/frame_sink.h"
#include "runtime/task.h"

namespace vitrine {

inline constexpr size_t kStreamKeyMax = 128;  // characters

struct PublishRequest {
  std::string stream;      // allowed by is_stream_name()
  std::string key;         // as sent; empty when none was. Never logged.
  bool take_over = false;  // "&takeover=1": also from a publisher that is not silent
  std::string address;     // of the peer, without port
  std::string encoder;     // what it calls itself; printable and short
};

// From an RTMP publish: `name` may still be anything, `query` is "key=KEY&takeover=1" in any order;
// the first key counts. Errors: `invalid_input` "publish.stream", "publish.key".
Result<PublishRequest> read_publish_request(std::string_view name, std::string_view query);

class PublishGate {
 public:
  virtual ~PublishGate() = default;
  // The seat of the stream, taken until the sink's end() or destruction.
  // Errors: `unauthenticated` "publish.key" for a wrong, missing or revoked key; `conflict`
  // "publish.busy" when somebody publishes who is not silent; `unavailable` when neither can be told.
  virtual Task<Result<std::unique_ptr<FrameSink>>> admit(PublishRequest request) = 0;
};

}  // namespace vitrine
