// All rooms of this process by name.
//
// Owns    the handles. Thread  any.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rooms/room_handle.h"

namespace vitrine {

class RoomDirectory {
 public:
  // False when a room of that name is there already.
  bool add(RoomHandlePtr room) {
    return rooms_.with([&](Rooms& rooms) { return rooms.emplace(room->name(), room).second; });
  }
  // Null when there is none.
  RoomHandlePtr find(const std::string& name) const {
    return rooms_.with([&](const Rooms& rooms) {
      const auto found = rooms.find(name);
      return found == rooms.end() ? nullptr : found->second;
    });
  }
  std::vector<RoomHandlePtr> all() const {
    return rooms_.with([](const Rooms& rooms) {
      std::vector<RoomHandlePtr> out;
      for (const auto& [name, room] : rooms) out.push_back(room);
      return out;
    });
  }
  std::vector<RoomHandlePtr> take_all() {
    auto out = all();
    rooms_.with([](Rooms& rooms) { rooms.clear(); });
    return out;
  }

 private:
  using Rooms = std::map<std::string, RoomHandlePtr>;
  Guarded<Rooms> rooms_;
};

}  // namespace vitrine
