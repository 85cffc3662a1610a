// All RTMP viewers of the process: runs one on each connection that has asked to play, and ends them all
// when the module stops.
//
// Owns    per core: the viewers under way.
// Thread  serve() on the core of the connection; close() from any core.
// Never   outlives the directory, the gate or the clock; must outlive close().
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "media/egress/rtmp_viewer.h"
#include "runtime/stop_gate.h"

namespace vitrine {

inline constexpr int kRtmpViewersPerCore = 20'000;

class RtmpEgress {
 public:
  RtmpEgress(Cores& cores, RtmpViewer::Uses uses);

  // Takes over a connection that has asked to play, with what had come behind the question, until its end.
  // Over kRtmpViewersPerCore it is closed at once.
  void serve(Core& core, TcpSocket socket, RtmpSession session, RtmpPlayAsked asked,
             std::vector<uint8_t> unread);
  // Takes no more; those who are here get until `time` to take what the streams' end left them.
  Task<void> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    std::set<RtmpViewer*> viewers;
  };
  static Task<void> run(PerCore* here, std::unique_ptr<RtmpViewer> viewer, RtmpPlayAsked asked,
                        std::vector<uint8_t> unread, StopGate::Pass pass);
  static Task<void> close_on(PerCore* here, Milliseconds time);

  Cores& cores_;
  RtmpViewer::Uses uses_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
