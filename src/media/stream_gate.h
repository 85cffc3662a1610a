// Who may publish: the key is checked, then the stream's seat is asked for, then the publisher is written
// into the book under its key.
//
// Owns    nothing.
// Thread  admit() on any core.
// Never   logs a key.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "media/access/publisher_book.h"
#include "media/hub/stream_directory.h"
#include "media/ingest/publish_gate.h"
#include "media/stream_keys.h"

namespace vitrine {

class StreamGate final : public PublishGate {
 public:
  // All outlive it.
  struct Uses {
    StreamKeys& keys;
    StreamDirectory& directory;
    PublisherBook& book;
    IdSource& ids;
    const Clock& clock;
  };
  explicit StreamGate(Uses uses) : uses_(uses) {}

  Task<Result<std::unique_ptr<FrameSink>>> admit(PublishRequest request) override;

 private:
  Uses uses_;
};

}  // namespace vitrine
