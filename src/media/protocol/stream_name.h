// The one allow-list for stream names, in every protocol and path: [A-Za-z0-9_-]{1,64}. Nothing in it
// can climb a directory, end a header or hide in a log.
#pragma once

#include <algorithm>
#include <string_view>

namespace vitrine {

inline constexpr size_t kStreamNameMax = 64;

inline bool is_stream_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kStreamNameMax && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace vitrine
