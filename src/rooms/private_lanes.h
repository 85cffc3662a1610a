// Finds the open sockets of a viewer, on whatever core they are, for what is meant for that viewer alone.
//
// Owns    the list of who is connected where, not the lanes: those are their sockets.
// Thread  any.
// Never   hands a message to another account.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/core.h"
#include "runtime/guarded.h"

namespace vitrine {

// One socket's end of it.
struct PrivateLane {
  PrivateLane(Core& c, std::string r, std::function<void(std::string)> s)
      : core(c), room(std::move(r)), send(std::move(s)) {}
  Core& core;
  const std::string room;
  std::function<void(std::string)> send;  // on `core`; empty once the socket is closed
};

class PrivateLanes {
 public:
  void add(const std::string& viewer, const std::shared_ptr<PrivateLane>& lane);
  void remove(const std::string& viewer, const std::shared_ptr<PrivateLane>& lane);
  // Sends one event to every socket of the viewer; with `room`, only to those in that room.
  void send(const std::string& viewer, const std::string& event, const std::string& room = {});

 private:
  using Lanes = std::unordered_map<std::string, std::vector<std::weak_ptr<PrivateLane>>>;
  Guarded<Lanes> lanes_;
};

}  // namespace vitrine
