#include "media/hub/feed.h"

namespace vitrine {

StreamFeed::StreamFeed(std::unique_ptr<FeedWriter> writer, std::unique_ptr<Feed> feed, const GopCache& cache)
    : writer_(std::move(writer)), feed_(std::move(feed)) {
  for (const StreamFrame& frame : cache.frames()) write(frame);
}

void StreamFeed::write(const StreamFrame& frame) {
  slabs_.clear();
  writer_->write(frame, slabs_);
  for (SlabPtr& slab : slabs_) feed_->append(std::move(slab));
}

Microseconds StreamFeed::idle(MonotonicTime now) {
  if (!asked_ || feed_->leases() > 0) used_at_ = now;
  asked_ = true;
  return now - used_at_;
}

}  // namespace vitrine
