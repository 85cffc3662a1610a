// A stream in one wire format: made when the first viewer asks for it, dropped when nobody has used it
// for a while. So a format nobody watches costs nothing.
//
// Owns    the format's writer and its ring (runtime/ring.h).
// Thread  the stream's home core.
// Never   knows a viewer.
#pragma once

#include <memory>
#include <vector>

#include "media/hub/feed_writer.h"
#include "media/hub/gop_cache.h"
#include "runtime/ring.h"

namespace vitrine {

class StreamFeed {
 public:
  // Begins with the group of pictures in `cache`.
  StreamFeed(std::unique_ptr<FeedWriter> writer, std::unique_ptr<Feed> feed, const GopCache& cache);

  void write(const StreamFrame& frame);
  FeedLease lease(Core& core) { return feed_->lease(core); }
  // No more frames: viewers get what there is, then their seats end.
  void end() { feed_->end(); }
  RingStats stats() { return feed_->stats(); }
  const RingSlabs& slabs() const { return feed_->slabs(); }

  // How long nobody has had a lease; zero while somebody has. Asked about once a second.
  Microseconds idle(MonotonicTime now);

 private:
  std::unique_ptr<FeedWriter> writer_;
  std::unique_ptr<Feed> feed_;
  std::vector<SlabPtr> slabs_;  // of the frame at hand
  MonotonicTime used_at_;
  bool asked_ = false;
};

}  // namespace vitrine
