// Writes a stream as FLV tags, plain or each in its own WebSocket binary frame: every tag's head is made
// once, for all viewers, around the payload that is stored once.
//
// Times are the stream's own line in milliseconds, the same for every viewer; what its first tag stands
// for a viewer reads from onMetaData (vitrineEpoch, vitrineFirstDts; DESIGN 4.3).
//
// Owns    what the tags so far have told viewers: tracks, the last join point.
// Thread  the stream's home core.
// Never   copies a frame's payload.
#pragma once

#include "media/hub/feed_writer.h"

namespace vitrine {

class FlvFeedWriter final : public FeedWriter {
 public:
  enum class Framing : uint8_t { plain, websocket };
  explicit FlvFeedWriter(Framing framing) : framing_(framing) {}

  void write(const StreamFrame& frame, std::vector<SlabPtr>& out) override;

 private:
  // Audio-only streams have no key frames: a join point a second.
  bool is_join_point(const StreamFrame& frame);
  void tell_changes(const StreamFrame& frame, std::vector<SlabPtr>& out);
  SlabPtr opening(const StreamFrame& frame) const;
  SlabPtr wrapped(Slab slab) const;

  Framing framing_;
  bool begun_ = false;
  TrackConfigPtr video_;  // as last told to everyone
  TrackConfigPtr audio_;
  int64_t audio_join_dts_ = INT64_MIN / 2;
};

}  // namespace vitrine
