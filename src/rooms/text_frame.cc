#include "rooms/text_frame.h"

#include "net/websocket_frame.h"

namespace vitrine {
namespace {

constexpr size_t kDeflateFrom = 64;  // shorter ones save less than the work is worth

}  // namespace

std::vector<uint8_t> text_frame(std::string_view text) {
  return websocket_frame(WebSocketOpcode::text, as_bytes(text));
}

std::shared_ptr<Slab> text_frame_slab(std::string_view text) {
  return std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(text_frame(text)));
}

std::shared_ptr<Slab> deflated_frame_slab(const Slab& plain, std::string_view text,
                                          MessageDeflater& deflater) {
  std::optional<std::vector<uint8_t>> payload;
  if (text.size() >= kDeflateFrom) payload = deflater.deflate(as_bytes(text));
  if (!payload) return std::make_shared<Slab>(plain);
  const WebSocketHead head = websocket_head(WebSocketOpcode::text, payload->size(), true);
  payload->insert(payload->begin(), head.view().begin(), head.view().end());
  auto slab = std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(std::move(*payload)));
  slab->born_us = plain.born_us;
  return slab;
}

}  // namespace vitrine
