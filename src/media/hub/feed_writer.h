// How a wire format enters the hub: egress writes the slabs, the hub knows neither containers nor
// protocols.
//
// Owns    what the format needs to remember from frame to frame.
// Thread  the stream's home core.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "media/codec/frame.h"
#include "wire/slab.h"

namespace vitrine {

enum class WireFormat : uint8_t { flv, flv_websocket, rtmp };
constexpr std::array<std::string_view, 3> enum_names(WireFormat) {
  return {"flv", "flv_websocket", "rtmp"};
}

// A frame on the stream's line, with what was in force when it came.
struct StreamFrame {
  FramePtr frame;
  int64_t epoch = 0;
  TrackConfigPtr video;  // null without
  TrackConfigPtr audio;
  // The line was anchored anew for this frame (the publisher came back, or its clock jumped): viewers
  // get fresh metadata and sequence headers.
  bool anew = false;
};

class FeedWriter {
 public:
  virtual ~FeedWriter() = default;
  // Adds the frame's slabs to `out`, in order. Join points carry their opening.
  virtual void write(const StreamFrame& frame, std::vector<SlabPtr>& out) = 0;
};

using MakeFeedWriter = std::function<std::unique_ptr<FeedWriter>(WireFormat)>;

}  // namespace vitrine
