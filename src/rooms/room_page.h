// A page that has a room open: its WebSocket, and behind it its place in the room. It has no coroutine while
// its viewer says nothing: thousands sit there for hours.
//
//   entering --> listening <--> answering          what it says is done one after the other
//       any  --the peer, the room or the door ends it--> left
//
// Owns    the socket, what has come of a message, and the place.
// Thread  the core that accepted the connection.
// Never   sends events: the room's feed does.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/websocket.h"
#include "rooms/room_socket.h"

namespace vitrine {

// Counts one who is inside, for whoever waits until nobody is.
class Attendance {
 public:
  explicit Attendance(std::atomic<int64_t>& count) : count_(&count) { ++count; }
  ~Attendance() {
    if (count_ == nullptr) return;
    --*count_;
    count_->notify_all();
  }
  Attendance(Attendance&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Attendance& operator=(Attendance&&) = delete;

 private:
  std::atomic<int64_t>* count_;
};

class RoomPage final : public std::enable_shared_from_this<RoomPage> {
 public:
  struct Needs {
    RoomsContext& context;
    RoomHandlePtr room;
    Core& core;
    WebSocket web;
    ChatAuthor who;
    DoorVisitor visitor;
    Attendance attendance;  // until the page is destroyed
  };
  explicit RoomPage(Needs needs);

  // Takes the place and begins to listen; on a page that is held by a shared_ptr until `gone` has been
  // called, once, from the loop, also when there is no place.
  Task<void> enter(std::optional<RoomPosition> resume, std::function<void()> gone);
  // Once a second: puts out who is silent for too long, or too slow with a message.
  void check_time();
  // Says why the viewer has to leave, then ends the page.
  void cut(const EntryDecision& decision) { seat_->cut(decision); }
  // Ends it soon: what has been said to it by now leaves first.
  void end();

  const RoomHandle& room() const { return *room_; }
  const DoorVisitor& visitor() const { return visitor_; }
  // Where it stands in the door's list, for the door.
  size_t place = 0;

 private:
  void listen();
  Task<void> answer(std::shared_ptr<RoomPage> self, std::string text);
  void leave();

  Attendance attendance_;  // the last to go
  const Clock& clock_;
  Core& core_;
  RoomHandlePtr room_;
  DoorVisitor visitor_;
  WebSocket web_;
  std::shared_ptr<RoomSocket> seat_;  // shared with what it does about a line or a lag
  std::function<void()> gone_;        // empty once it has been told
  SecondAllowance messages_;
  bool entering_ = false;
  bool listening_ = false;
  bool ending_ = false;
};

}  // namespace vitrine
