// Where a page's WebSocket enters a room: /v1/rooms/{room}/socket.
//
// Owns    the list of open sockets of each core.
// Thread  routes on any core; drain() and stop() from the program's main thread while the cores run.
// Never   outlived by a socket: stop() returns when the last one is gone.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <vector>

#include "net/connection.h"
#include "net/router.h"
#include "net/websocket.h"
#include "rooms/context.h"
#include "rooms/room_socket.h"

namespace vitrine {

class RoomDoor {
 public:
  explicit RoomDoor(RoomsContext& context);
  void add_routes(Router& router);
  // Lets nobody in any more; who is in stays.
  void drain() { shut_ = true; }
  // Closes every socket and waits until its task has ended.
  void stop();

 private:
  Task<void> serve(Call call, std::unique_ptr<Connection> connection);
  Task<void> refuse(Connection* connection, Error error);
  Task<void> visit(Call call, RoomHandlePtr room, Core* core, WebSocket* web);
  std::set<TcpSocket*>& open_on(const Core& core) { return open_[static_cast<size_t>(core.index())]; }

  RoomsContext& context_;
  std::vector<std::set<TcpSocket*>> open_;  // by core, each touched there only
  std::atomic<int64_t> inside_{0};
  std::atomic<bool> shut_{false};
};

}  // namespace vitrine
