// Who may publish: the key is checked, then the stream's seat is asked for.
//
// Owns    nothing.
// Thread  admit() on any core.
// Never   logs a key.
#pragma once

#include "media/hub/stream_directory.h"
#include "media/ingest/publish_gate.h"
#include "media/stream_keys.h"

namespace vitrine {

class StreamGate final : public PublishGate {
 public:
  // Both outlive it.
  StreamGate(StreamKeys& keys, StreamDirectory& directory) : keys_(keys), directory_(directory) {}

  Task<Result<std::unique_ptr<FrameSink>>> admit(PublishRequest request) override;

 private:
  StreamKeys& keys_;
  StreamDirectory& directory_;
};

}  // namespace vitrine
