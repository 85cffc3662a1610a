// What staff did about one person: no speaking (mute), out for a moment (kick), or kept out (ban), in one
// room or in all.
#pragma once

#include <string>

#include "rooms/chat_gate.h"

namespace vitrine {

enum class SanctionKind : uint8_t { mute, kick, ban };
constexpr std::array<std::string_view, 3> enum_names(SanctionKind) {
  return {"mute", "kick", "ban"};
}

// A kicked viewer may come back after this, so that an open page does not do it at once.
inline constexpr Milliseconds kKickLasts{60'000};

struct Sanction {
  SanctionKind kind = SanctionKind::mute;
  SanctionScope scope = SanctionScope::room;
  std::string account;  // "gst_..." or "usr_..."
  std::string name;     // what it was called in chat
  WallTime until;
  std::string reason;
  std::string by;  // the name of who did it
  WallTime at;
  // Of a ban or kick: where the person was last seen, so that a new name on the same browser does not help.
  std::string device{};   // the browser's guest identity
  std::string address{};  // address_group(); counts only for who plays without saying who it is
};

}  // namespace vitrine
