// All FLV viewers of the process: runs one on each connection the router hands over, and ends them all
// when the module stops.
//
// Owns    per core: the viewers under way.
// Thread  serve() on the core of the connection; close() from any core.
// Never   outlives the directory; must outlive close().
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "media/access/viewer_book.h"
#include "media/egress/flv_viewer.h"
#include "runtime/stop_gate.h"

namespace vitrine {

// A viewer that was let in.
struct FlvAdmission {
  std::string stream;
  std::string address;
  std::string viewer;  // whom its token was made for, or empty
  bool vouched;        // as PlayPass says
  OriginRule origins;  // whose pages may open a WebSocket
};

class FlvEgress {
 public:
  // All outlive it.
  FlvEgress(Cores& cores, StreamDirectory& directory, ViewerBook& book);

  // Until the viewer has its seat; then it stays by itself. Without a live stream it answers 404.
  Task<void> serve(FlvAdmission admission, std::unique_ptr<Connection> connection);
  // Takes no more; those who are here get until `time` to take what the streams' end left them.
  Task<void> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    std::unordered_set<std::shared_ptr<FlvViewer>> viewers;
  };
  static Task<void> close_on(PerCore* here, Milliseconds time);

  Cores& cores_;
  StreamDirectory& directory_;
  ViewerBook& book_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
