#include "rooms/text_frame.h"

#include "net/websocket_frame.h"

namespace vitrine {

std::vector<uint8_t> text_frame(std::string_view text) {
  return websocket_frame(WebSocketOpcode::text, as_bytes(text));
}

std::shared_ptr<Slab> text_frame_slab(std::string_view text) {
  return std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(text_frame(text)));
}

}  // namespace vitrine
