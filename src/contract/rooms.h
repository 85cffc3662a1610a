// What other modules may ask of rooms.
#pragma once

#include <string>

namespace vitrine {

// Thread: any. Answers from memory, without waiting.
class RoomsPort {
 public:
  virtual ~RoomsPort() = default;
  // Whether staff rehearse in the room: nothing real is sold or set aside there.
  virtual bool rehearses(const std::string& room) const = 0;
};

}  // namespace vitrine
