// A room as the rest of the module sees it: its name, its home core, the numbers its events get and a
// summary for lists. The room itself is behind it and only used at home.
//
// Owns    the room, the count of numbers and the newest summary.
// Thread  any, except room(): the home core.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "rooms/room_events.h"
#include "runtime/core.h"
#include "runtime/guarded.h"

namespace vitrine {

class Room;

struct RoomSummary {
  std::string title;
  std::string host_name;
  std::string stream;
  WallTime created;
  bool live = false;
  int64_t online = 0;
  int64_t likes = 0;
};

class RoomHandle {
 public:
  RoomHandle(std::string name, Core& home, int64_t epoch, RoomSummary summary)
      : name_(std::move(name)), home_(home), epoch_(epoch), summary_(std::move(summary)) {}

  const std::string& name() const { return name_; }
  Core& home() const { return home_; }
  // The next number. Whoever takes one gives it back through Room::resolve(), with its event or with
  // nothing: later events wait for it.
  int64_t epoch() const { return epoch_; }
  RoomPosition reserve() { return {epoch_, last_seq_.fetch_add(1) + 1}; }

  RoomSummary summary() const {
    return summary_.with([](const RoomSummary& kept) { return kept; });
  }
  void set_summary(RoomSummary summary) {
    summary_.with([&](RoomSummary& kept) { kept = std::move(summary); });
  }

  const std::shared_ptr<Room>& room() const {
    check(home_.here(), "a room used away from its home core");
    return room_;
  }
  void set_room(std::shared_ptr<Room> room) {
    check(home_.here(), "a room made away from its home core");
    room_ = std::move(room);
  }

 private:
  const std::string name_;
  Core& home_;
  const int64_t epoch_;
  std::atomic<int64_t> last_seq_{0};
  Guarded<RoomSummary> summary_;
  std::shared_ptr<Room> room_;
};

using RoomHandlePtr = std::shared_ptr<RoomHandle>;

}  // namespace vitrine
