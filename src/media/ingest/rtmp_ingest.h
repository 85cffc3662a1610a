// All RTMP connections of the process: takes accepted sockets, runs a publisher on each, ends them all
// when the module stops.
//
// Owns    per core: the publishers under way and the failed tries.
// Thread  accept() on the core that accepted; close() from any core.
// Never   outlives the gate, the clock or the random source it was given; must outlive close().
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "media/ingest/rtmp_publisher.h"
#include "runtime/stop_gate.h"

namespace vitrine {

inline constexpr int kRtmpConnectionsPerCore = 2'000;
inline constexpr int kRtmpStrangersPerAddress = 64;  // not yet admitted, on one core

class RtmpIngest {
 public:
  RtmpIngest(Cores& cores, PublishGate& gate, const Clock& clock, Random& random, RtmpTimes times = {});

  // Over a limit the socket is closed at once.
  void accept(Core& core, TcpSocket socket);
  // Takes no more, closes what is open and waits for it; false when `time` ran out first.
  Task<bool> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    FailedTries tries;
    std::set<RtmpPublisher*> publishers;
  };
  static Task<void> serve(PerCore* here, std::unique_ptr<RtmpPublisher> publisher, StopGate::Pass pass);
  Task<bool> close_on(PerCore* here, Milliseconds time);

  Cores& cores_;
  PublishGate& gate_;
  const Clock& clock_;
  Random& random_;
  RtmpTimes times_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
