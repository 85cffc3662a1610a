#include "media/hub/gop_cache.h"

namespace vitrine {

void GopCache::add(StreamFrame frame) {
  const bool video_key = frame.frame->kind() == FrameKind::video && frame.frame->key;
  const bool audio_only = frame.video == nullptr;
  if (video_key) clear();
  if (!video_key && !audio_only && (overflowed_ || frames_.empty())) return;
  bytes_ += frame.frame->size();
  frames_.push_back(std::move(frame));
  while (audio_only && frames_.back().frame->dts - frames_.front().frame->dts > kTicksPerSecond)
    drop_oldest();
  const int64_t span = frames_.back().frame->dts - frames_.front().frame->dts;
  if (frames_.size() <= limits_.frames_max && bytes_ <= limits_.bytes_max && span <= limits_.ticks_max)
    return;
  clear();
  overflowed_ = true;
}

void GopCache::drop_oldest() {
  bytes_ -= frames_.front().frame->size();
  frames_.pop_front();
}

void GopCache::clear() {
  frames_.clear();
  bytes_ = 0;
  overflowed_ = false;
}

}  // namespace vitrine
