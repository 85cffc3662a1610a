// All FLV viewers of the process: runs one on each connection the router hands over, and ends them all
// when the module stops.
//
// Owns    per core: the viewers under way.
// Thread  serve() on the core of the connection; close() from any core.
// Never   outlives the directory; must outlive close().
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "media/egress/flv_viewer.h"
#include "runtime/stop_gate.h"

namespace vitrine {

class FlvEgress {
 public:
  FlvEgress(Cores& cores, StreamDirectory& directory);

  // Until the viewer has gone. `origins`: whose pages may open a WebSocket. Without a live stream it answers
  // 404.
  Task<void> serve(std::string stream, std::unique_ptr<Connection> connection, OriginRule origins);
  // Takes no more; those who are here get until `time` to take what the streams' end left them.
  Task<void> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    std::set<FlvViewer*> viewers;
  };
  static Task<void> close_on(PerCore* here, Milliseconds time);

  Cores& cores_;
  StreamDirectory& directory_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
