// A room's events on their way to its viewers: as WebSocket frames, and as deflated ones while somebody
// reads those. Both carry the same frames one by one; each is made once and shared by all.
//
// Owns    both feeds. The deflated one, with its 260 KiB for zlib, lives as long as it has viewers.
// Thread  the room's home core.
#pragma once

#include <optional>
#include <string_view>

#include "net/websocket_frame.h"
#include "rooms/text_frame.h"
#include "runtime/ring.h"

namespace vitrine {

class RoomFeed {
 public:
  // The cores and the clock outlive it.
  RoomFeed(Cores& cores, Core& home, const Clock& clock, FeedOptions options);

  // A seat's share of the feed in that form, and where a viewer who is seated now begins in it. Without a
  // lease the numbers of the deflated feed mean nothing.
  FeedLease lease(Core& core, WebSocketDeflate deflate);
  uint64_t head(WebSocketDeflate deflate) const;

  // Sends a text to everybody as one frame. Frames count from 0; the answer is this one's number.
  uint64_t append(std::string_view text);
  // Which frame a number of that form's feed is.
  uint64_t frame_at(WebSocketDeflate deflate, uint64_t sequence) const;
  // The last frame: no text follows the close.
  void end(uint16_t close_code, std::string_view reason);

 private:
  struct Deflated {
    Feed feed;
    uint64_t first_frame;  // its number 0
    MessageDeflater deflater;
  };

  Cores& cores_;
  Core& home_;
  const Clock& clock_;
  FeedOptions options_;
  Feed plain_;
  std::unique_ptr<Deflated> deflated_;
};

}  // namespace vitrine
