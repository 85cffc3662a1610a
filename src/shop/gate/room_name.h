// How a room is named, wherever the shop meets one.
#pragma once

#include <algorithm>
#include <string_view>

namespace vitrine {

inline constexpr size_t kRoomNameMax = 64;

// 1 to 64 of a-z, 0-9, '-', '_': safe in an address and in a page as it is.
inline bool is_room_name(std::string_view room) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !room.empty() && room.size() <= kRoomNameMax && std::all_of(room.begin(), room.end(), allowed);
}

}  // namespace vitrine
