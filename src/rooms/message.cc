#include "rooms/message.h"

#include <boost/json/parse.hpp>

#include "base/dto.h"

namespace vitrine {
namespace {

constexpr Error kMalformed{ErrorKind::invalid_input, "rooms.message"};

struct ChatFields {
  std::string ref, text;
  // Chat's own limit comes later and says so by name; this one only bounds the memory.
  static constexpr auto fields() {
    return std::tuple{field("ref", &ChatFields::ref, {.min = 1, .max = 64}),
                      field("text", &ChatFields::text, {.max = 4'000})};
  }
};
struct LikeFields {
  int64_t count = 1;
  static constexpr auto fields() {
    return std::tuple{field("count", &LikeFields::count, {.min = 1, .max = 100})};
  }
};
struct PingFields {
  double t = 0;
  static constexpr auto fields() { return std::tuple{field("t", &PingFields::t)}; }
};

}  // namespace

Result<RoomMessage> parse_message(std::string_view json) {
  if (json.size() > kRoomMessageBytesMax) return Error{ErrorKind::too_large, "rooms.message_size"};
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed, {}, {.max_depth = 4});
  if (failed || !value.is_object()) return kMalformed;
  const auto* kind = value.get_object().if_contains("kind");
  if (kind == nullptr || !kind->is_string()) return kMalformed;
  const std::string_view name(kind->get_string());
  if (name == "chat") {
    ChatFields chat;
    if (read_dto(chat, value)) return kMalformed;
    return RoomMessage(ChatMessage{std::move(chat.ref), std::move(chat.text)});
  }
  if (name == "like") {
    LikeFields like;
    if (read_dto(like, value)) return kMalformed;
    return RoomMessage(LikeMessage{like.count});
  }
  if (name == "ping") {
    PingFields ping;
    if (read_dto(ping, value) || ping.t < 0 || ping.t > 9e15) return kMalformed;
    return RoomMessage(PingMessage{static_cast<int64_t>(ping.t)});
  }
  return kMalformed;
}

}  // namespace vitrine
