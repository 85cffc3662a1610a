// Where a page's WebSocket enters a room: /v1/rooms/{room}/socket.
//
// Owns    the pages of each core, and a timer there that asks once a second whether each of them may still be
//         inside.
// Thread  routes on any core; drain() and stop() from the program's main thread while the cores run.
// Never   outlived by a page: stop() returns when the last one is gone.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "net/connection.h"
#include "net/router.h"
#include "rooms/context.h"
#include "rooms/room_page.h"

namespace vitrine {

class RoomDoor {
 public:
  explicit RoomDoor(RoomsContext& context);
  void add_routes(Router& router);
  // Begins to ask, once a second, who of those who watch may no longer. Once, while the cores run.
  void start();
  // Lets nobody in any more; who is in stays.
  void drain() { shut_ = true; }
  // Ends every page and waits until all are gone.
  void stop();

 private:
  Task<void> serve(Call call, std::unique_ptr<Connection> connection);
  Task<void> refuse(Connection* connection, Problem problem);
  std::optional<Problem> outside_of(const Call& call, const RoomHandle& room) const;
  struct Floor {
    std::vector<std::shared_ptr<RoomPage>> pages;  // each knows its place
    std::optional<boost::asio::steady_timer>
        sweep;  // runs while somebody is inside, on the first core always
  };
  Floor& floor_of(const Core& core) { return floors_[static_cast<size_t>(core.index())]; }
  static void remove(Floor& floor, const RoomPage& page);
  void sweep_later(Core& core);
  void look_at(Core& core, size_t below, Attendance attendance);
  Task<void> store_trials();

  RoomsContext& context_;
  std::vector<Floor> floors_;       // by core, each touched there only
  std::atomic<int64_t> inside_{0};  // connections under way, and what stop() waits for beside them
  std::atomic<bool> shut_{false};
};

}  // namespace vitrine
