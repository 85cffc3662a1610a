// Who has which role in which room, in memory: every call of staff asks.
//
// Owns    the copy; room_roles of rooms.sqlite is the truth. Thread  any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/caller.h"
#include "rooms/room_rights.h"
#include "runtime/guarded.h"

namespace vitrine {

class RoleBook {
 public:
  void set(const std::string& room, const std::string& account, RoomRole role) {
    roles_.with([&](Roles& roles) { roles[{room, account}] = role; });
  }
  void drop(const std::string& room, const std::string& account) {
    roles_.with([&](Roles& roles) { roles.erase({room, account}); });
  }
  std::optional<RoomRole> find(const std::string& room, const std::string& account) const {
    return roles_.with([&](const Roles& roles) {
      const auto found = roles.find({room, account});
      return found == roles.end() ? std::nullopt : std::optional(found->second);
    });
  }
  // By a right as staff, or by a role that the staff or buyer account has in this room.
  bool allows(const Caller& caller, const std::string& room, RoomAct act) const {
    if (caller.staff && caller.staff->may(site_right(act))) return true;
    const auto by_role = [&](const std::string& account) {
      const auto role = find(room, account);
      return role && may(*role, act);
    };
    return (caller.staff && by_role(caller.staff->id.str())) ||
           (caller.is_buyer() && by_role(caller.account.str()));
  }
  // All that allows() allows.
  std::vector<RoomAct> acts_of(const Caller& caller, const std::string& room) const {
    std::vector<RoomAct> out;
    for (size_t index = 0; index < enum_names(RoomAct{}).size(); ++index) {
      if (allows(caller, room, static_cast<RoomAct>(index))) out.push_back(static_cast<RoomAct>(index));
    }
    return out;
  }

 private:
  using Roles = std::map<std::pair<std::string, std::string>, RoomRole>;
  Guarded<Roles> roles_;
};

}  // namespace vitrine
