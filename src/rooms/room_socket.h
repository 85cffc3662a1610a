// One viewer's place in a room: seats it at the room's feed, answers what its page says, and speaks to
// it alone when something is meant for it alone.
//
//   outside --enter()--> seated --lagged--> waiting for what it lost --resume--> seated
//   any --the peer or the feed ends, leave()--> outside
//
// Owns    the seat, the private lane and the allowance of likes.
// Thread  the core of the socket; hops to the room's home core for everything that is the room's.
// Never   reads or closes the socket: that is whoever made it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rooms/context.h"
#include "rooms/likes.h"
#include "rooms/message.h"
#include "rooms/room.h"

namespace vitrine {

class RoomSocket final : public RingListener, public std::enable_shared_from_this<RoomSocket> {
 public:
  struct Needs {
    RoomsContext& context;
    RoomHandlePtr room;
    Core& core;          // of the socket
    RingSocket& socket;  // borrowed until leave() was called
    ChatAuthor who;
    WebSocketDeflate deflate = WebSocketDeflate::off;  // what the socket's page can read
    std::function<void()> ended;                       // nothing more can be sent: close the connection
  };
  explicit RoomSocket(Needs needs);

  // Seats the viewer: the first bytes are the snapshot, or what it missed since `resume`.
  // Errors: `not_found` "rooms.room", those of the database when control rows cannot be read.
  Task<Result<void>> enter(std::optional<RoomPosition> resume);
  // What the page said.
  Task<void> take(std::string text);
  // Wire-ready control frames (pong, close).
  void send_frame(Bytes frame);
  // Says why the viewer has to leave, then closes: the page has kCutGrace to close first.
  void cut(const EntryDecision& decision);
  // Gives the seat back. Nothing is sent or called afterwards.
  void leave();

 private:
  void on_seat_end(SeatEnd end) override;
  void on_lagged(uint64_t lost_from) override;
  Task<void> catch_up(std::shared_ptr<RoomSocket> self, uint64_t lost_from);
  Task<Result<std::vector<SlabPtr>>> opening(Room::Welcome welcome);
  Task<void> say(ChatMessage message);
  Task<Spoken> say_reviewed(ChatAuthor who, std::string text);
  void send_events(const std::string& frame);
  Task<void> end_later(std::shared_ptr<RoomSocket> self);
  void end();

  static constexpr Milliseconds kCutGrace{2'000};

  Needs needs_;
  HomeCore core_;
  std::optional<RingSeat> seat_;
  std::shared_ptr<PrivateLane> lane_;
  SecondAllowance taps_{kTapsPerSecond};
  bool entered_ = false;
  bool cut_ = false;
};

}  // namespace vitrine
