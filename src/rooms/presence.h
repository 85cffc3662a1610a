// Who is in a room: people, not connections. Exact for this process.
//
// Owns    a count of connections for each viewer.
// Thread  the room's home core.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/check.h"

namespace vitrine {

class Presence {
 public:
  void enter(const std::string& viewer) { ++connections_[viewer]; }
  void leave(const std::string& viewer) {
    const auto found = connections_.find(viewer);
    check(found != connections_.end(), "a viewer who never entered");
    if (--found->second == 0) connections_.erase(found);
  }
  int64_t online() const { return static_cast<int64_t>(connections_.size()); }

 private:
  std::unordered_map<std::string, int> connections_;
};

}  // namespace vitrine
