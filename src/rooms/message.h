// What a page may say on the room's socket: one JSON object a frame.
//
// Thread  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace vitrine {

struct ChatMessage {
  std::string ref;  // the page's own name for the line, echoed in ack and error; <= 64 characters
  std::string text;
};
struct LikeMessage {
  int64_t count = 1;  // 1..100 taps
};
struct PingMessage {
  int64_t t = 0;  // echoed
};
using RoomMessage = std::variant<ChatMessage, LikeMessage, PingMessage>;

inline constexpr size_t kRoomMessageBytesMax = 16 * 1024;

// Errors: `too_large` "rooms.message_size", `invalid_input` "rooms.message".
Result<RoomMessage> parse_message(std::string_view json);

}  // namespace vitrine
