#include "rooms/room_errors.h"

#include <algorithm>
#include <array>

namespace vitrine {
namespace {

constexpr std::array<RoomError, 16> kErrors{{
    {"rooms.text_empty", "The line is empty.", "edit"},
    {"rooms.text_too_long", "The line is too long.", "edit"},
    {"rooms.word_blocked", "The line has a word that is not allowed here.", "edit"},
    {"rooms.too_fast", "Too many lines in a short time.", "wait"},
    {"rooms.repeated", "This was just said.", "edit"},
    {"rooms.flood", "Too much in a short time. Wait before the next line.", "wait"},
    {"rooms.too_new", "Newcomers wait a moment before they may speak here.", "wait"},
    {"rooms.sign_in_to_speak", "Only who has signed in may speak in this room.", "stop"},
    {"rooms.review_refused", "The line was not let through.", "edit"},
    {"rooms.follow_to_speak", "Only followers may speak in this room.", "stop"},
    {"rooms.held_full", "Too many lines wait for a moderator. Try again later.", "stop"},
    {"rooms.muted", "You may not speak in this room for now.", "wait"},
    {"rooms.chat_off", "Chat is switched off.", "stop"},
    {"rooms.unavailable", "The room is closing. Say it again when you are back in.", "reconnect"},
    {"rooms.message", "This message was not understood.", "fix"},
    {"rooms.message_size", "This message is too long to be read.", "fix"},
}};

}  // namespace

std::span<const RoomError> room_errors() {
  return kErrors;
}

RoomError room_error(std::string_view slug) {
  const auto found =
      std::find_if(kErrors.begin(), kErrors.end(), [&](const RoomError& one) { return one.slug == slug; });
  if (found != kErrors.end()) return *found;
  return {slug, "This message was not understood.", "fix"};
}

}  // namespace vitrine
