// Who may be in which room, in memory: asked when a page enters and once a second while it is inside.
//
// Owns    the copy; rooms.sqlite is the truth. Thread  any.
// Never   waits: a thousand joins a second cost no query.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "rooms/sanction.h"
#include "runtime/guarded.h"

namespace vitrine {

// Why a viewer is not let in, or has to leave.
struct Outside {
  std::string_view why;  // "kicked", "banned"
  WallTime until{};      // 0: until something else changes
  std::string reason{};  // in the words of staff
};

class DoorBook {
 public:
  // A ban or kick; room empty: of all rooms.
  void set_ban(const std::string& room, Sanction ban);
  void drop_ban(const std::string& room, const std::string& account, SanctionKind kind);
  // Nothing: it may be inside, as staff always may. A guest's ban goes on when it signs in.
  std::optional<Outside> outside(const std::string& room, const ChatAuthor& who, WallTime now) const;

 private:
  struct Room {
    std::unordered_map<std::string, Sanction> kicks;  // by account
    std::unordered_map<std::string, Sanction> bans;
  };
  using Book = std::map<std::string, Room, std::less<>>;

  Guarded<Book> book_;
};

}  // namespace vitrine
