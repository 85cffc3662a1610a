// Who may publish: the key is checked, then the stream's seat is asked for. Who may watch: everyone.
//
// Owns    nothing.
// Thread  admit() and admit_play() on any core.
// Never   logs a key.
#pragma once

#include "media/egress/play_gate.h"
#include "media/hub/stream_directory.h"
#include "media/ingest/publish_gate.h"
#include "media/stream_keys.h"

namespace vitrine {

class StreamGate final : public PublishGate, public PlayGate {
 public:
  // Both outlive it.
  StreamGate(StreamKeys& keys, StreamDirectory& directory) : keys_(keys), directory_(directory) {}

  Task<Result<std::unique_ptr<FrameSink>>> admit(PublishRequest request) override;
  Task<Result<void>> admit_play(PlayRequest request) override;

 private:
  StreamKeys& keys_;
  StreamDirectory& directory_;
};

}  // namespace vitrine
