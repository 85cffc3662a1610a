#include "media/egress/flv_feed.h"

#include "media/container/flv.h"
#include "net/websocket_frame.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

// FLV time 0 is the line's own zero, so a time never depends on who reads it.
constexpr int64_t kOrigin = 0;

void append_to(ByteWriter& out, const Slab& slab) {
  out.bytes(slab.head()).bytes(slab.payload()).bytes(slab.tail());
}

}  // namespace

void FlvFeedWriter::write(const StreamFrame& frame, std::vector<SlabPtr>& out) {
  if (begun_) tell_changes(frame, out);
  begun_ = true;
  video_ = frame.video;
  audio_ = frame.audio;
  Slab slab = flv_frame_slab(*frame.frame, kOrigin);
  slab.leads = frame.frame->kind() == FrameKind::video || frame.video == nullptr;
  slab.join_point = is_join_point(frame);
  if (slab.join_point) slab.opening = opening(frame);
  out.push_back(wrapped(std::move(slab)));
}

bool FlvFeedWriter::is_join_point(const StreamFrame& frame) {
  if (frame.video) return frame.frame->kind() == FrameKind::video && frame.frame->key;
  if (frame.frame->dts - audio_join_dts_ < kTicksPerSecond) return false;
  audio_join_dts_ = frame.frame->dts;
  return true;
}

// Those at the live edge learn of a new configuration, and of a new place on the line, between tags.
void FlvFeedWriter::tell_changes(const StreamFrame& frame, std::vector<SlabPtr>& out) {
  const uint32_t time_ms = flv_time_ms(frame.frame->dts, kOrigin);
  const auto tell = [&](Slab slab) {
    slab.born_us = frame.frame->ingested.since_start.count();
    slab.leads = false;
    slab.join_point = false;
    out.push_back(wrapped(std::move(slab)));
  };
  const bool changed = frame.video != video_ || frame.audio != audio_;
  if (frame.anew || changed)
    tell(flv_metadata_slab(frame.video.get(), frame.audio.get(), {frame.epoch, frame.frame->dts}, time_ms));
  if (frame.video && frame.video != video_) tell(flv_config_slab(*frame.video, time_ms));
  if (frame.audio && frame.audio != audio_) tell(flv_config_slab(*frame.audio, time_ms));
}

// One piece for whoever begins at this frame: metadata, then the sequence headers.
SlabPtr FlvFeedWriter::opening(const StreamFrame& frame) const {
  const uint32_t time_ms = flv_time_ms(frame.frame->dts, kOrigin);
  ByteWriter bytes;
  // Time 0, as in a file: FFmpeg takes a first script tag of another time for a data track.
  append_to(bytes,
            flv_metadata_slab(frame.video.get(), frame.audio.get(), {frame.epoch, frame.frame->dts}, 0));
  if (frame.video) append_to(bytes, flv_config_slab(*frame.video, time_ms));
  if (frame.audio) append_to(bytes, flv_config_slab(*frame.audio, time_ms));
  return wrapped(Slab(std::make_shared<const std::vector<uint8_t>>(bytes.take())));
}

SlabPtr FlvFeedWriter::wrapped(Slab slab) const {
  if (framing_ == Framing::plain) return std::make_shared<const Slab>(std::move(slab));
  const WebSocketHead framing = websocket_head(WebSocketOpcode::binary, slab.size());
  std::vector<uint8_t> head(framing.view().begin(), framing.view().end());
  head.insert(head.end(), slab.head().begin(), slab.head().end());
  auto framed = std::make_shared<Slab>(head, slab.shared_payload(), slab.tail());
  framed->born_us = slab.born_us;
  framed->join_point = slab.join_point;
  framed->leads = slab.leads;
  framed->opening = slab.opening;
  return framed;
}

}  // namespace vitrine
