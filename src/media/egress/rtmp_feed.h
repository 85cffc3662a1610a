// Writes a stream as RTMP messages in chunks that are the same for every viewer (RTMP 1.0, 5.3): a full
// header on each message, stream 1, fixed chunk streams, absolute times.
//
// The bodies of RTMP's audio, video and data messages are the bodies of FLV tags, and a viewer is told
// the same things at the same moments. So this writer lets the FLV writer write and changes the head of
// each tag; times too are FLV's (flv_feed.h).
//
// Owns    the FLV writer behind it.
// Thread  the stream's home core.
// Never   copies a frame's payload, unless it is longer than a chunk: headers stand inside it then, and a
//         slab must be whole. At kRtmpChunkOut those are the large key frames.
#pragma once

#include "media/egress/flv_feed.h"

namespace vitrine {

class RtmpFeedWriter final : public FeedWriter {
 public:
  void write(const StreamFrame& frame, std::vector<SlabPtr>& out) override;

 private:
  FlvFeedWriter tags_{FlvFeedWriter::Framing::plain};
  std::vector<SlabPtr> written_;  // of the frame at hand
};

// The FLV tags in `tag` (one with its head apart, or several in one piece) as RTMP messages. What the
// slab says of itself (birth, join point, opening) goes along.
SlabPtr rtmp_slab_of(const Slab& tag);

}  // namespace vitrine
