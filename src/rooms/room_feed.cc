#include "rooms/room_feed.h"

namespace vitrine {

RoomFeed::RoomFeed(Cores& cores, Core& home, const Clock& clock, FeedOptions options)
    : cores_(cores), home_(home), clock_(clock), options_(options), plain_(cores, home, clock, options) {}

FeedLease RoomFeed::lease(Core& core, WebSocketDeflate deflate) {
  if (deflate == WebSocketDeflate::off) return plain_.lease(core);
  if (!deflated_) {
    deflated_ = std::unique_ptr<Deflated>(new Deflated{
        .feed = {cores_, home_, clock_, options_}, .first_frame = plain_.head(), .deflater = {}});
  }
  return deflated_->feed.lease(core);
}

uint64_t RoomFeed::head(WebSocketDeflate deflate) const {
  if (deflate == WebSocketDeflate::off) return plain_.head();
  return deflated_ ? deflated_->feed.head() : 0;
}

uint64_t RoomFeed::frame_at(WebSocketDeflate deflate, uint64_t sequence) const {
  return deflate == WebSocketDeflate::off || !deflated_ ? sequence : deflated_->first_frame + sequence;
}

uint64_t RoomFeed::append(std::string_view text) {
  auto slab = text_frame_slab(text);
  slab->born_us = clock_.monotonic().since_start.count();
  if (deflated_ && deflated_->feed.leases() == 0) deflated_.reset();
  if (deflated_) deflated_->feed.append(deflated_frame_slab(*slab, text, deflated_->deflater));
  return plain_.append(std::move(slab));
}

void RoomFeed::end(uint16_t close_code, std::string_view reason) {
  const auto bytes = websocket_close_frame(close_code, reason);
  const auto goodbye = std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(bytes));
  plain_.append(goodbye);
  plain_.end();
  if (!deflated_) return;
  deflated_->feed.append(goodbye);
  deflated_->feed.end();
}

}  // namespace vitrine
