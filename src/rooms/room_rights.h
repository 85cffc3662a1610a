// What each role of a room may do there: the one table. A role of a room adds to what a person may do in
// every room by being staff; it takes nothing away.
//
// Thread  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/caller.h"

namespace vitrine {

enum class RoomRole : uint8_t { host, co_host, assistant, moderator };
constexpr std::array<std::string_view, 4> enum_names(RoomRole) {
  return {"host", "co_host", "assistant", "moderator"};
}

enum class RoomAct : uint8_t {
  delete_line,
  review_lines,  // let held lines through or drop them
  handle_reports,
  mute,
  kick,
  ban,
  chat_rules,   // words, patterns, slow mode, who may speak
  questions,    // let viewers ask; show, answer, pin and close what they ask
  room_access,  // who may watch
  room_roles,
};
constexpr std::array<std::string_view, 10> enum_names(RoomAct) {
  return {"delete_line", "review_lines", "handle_reports", "mute",        "kick",
          "ban",         "chat_rules",   "questions",      "room_access", "room_roles"};
}

bool may(RoomRole role, RoomAct act);
// The right of staff that allows the act in every room.
Right site_right(RoomAct act);

}  // namespace vitrine
