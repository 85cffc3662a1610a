// All RTMP connections of the process until they are known to be viewers: takes accepted sockets, runs a
// publisher on each, hands on those who want to play, ends the others when the module stops.
//
// Owns    per core: the publishers under way and the failed tries.
// Thread  accept() on the core that accepted; close() from any core.
// Never   outlives the gate, the clock or the random source it was given; must outlive close().
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "media/ingest/rtmp_publisher.h"
#include "runtime/stop_gate.h"

namespace vitrine {

inline constexpr int kRtmpConnectionsPerCore = 2'000;  // viewers are not counted
inline constexpr int kRtmpStrangersPerAddress = 64;    // not yet admitted, on one core: so many that have
                                                       // shaken hands, and so many that have not

class RtmpIngest {
 public:
  // Takes whoever wants to play, on the core it is on.
  using TakeGuest = std::function<void(Core& core, RtmpGuest guest)>;

  RtmpIngest(Cores& cores, PublishGate& gate, const Clock& clock, Random& random, TakeGuest take_guest,
             RtmpTimes times = {});

  // Over kRtmpConnectionsPerCore the oldest that is not admitted gives way. Over kRtmpStrangersPerAddress
  // the oldest of that address does, so that half-open connections keep nobody out, not even who shares their
  // address. Admitted ones are never closed.
  void accept(Core& core, TcpSocket socket);
  // Takes no more, closes what is open and waits for it; false when `time` ran out first.
  Task<bool> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    FailedTries tries;
    std::list<RtmpPublisher*> publishers;  // oldest first
  };
  static bool has_room(PerCore& here);
  static void make_room_for_stranger(PerCore& here, const std::string& group);
  Task<void> serve(PerCore* here, std::unique_ptr<RtmpPublisher> publisher, StopGate::Pass pass);
  Task<bool> close_on(PerCore* here, Milliseconds time);

  Cores& cores_;
  PublishGate& gate_;
  const Clock& clock_;
  Random& random_;
  TakeGuest take_guest_;
  RtmpTimes times_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
