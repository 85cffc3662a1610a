// All pulls of the process, each on its stream's home core.
//
// Owns    the pullers.
// Thread  start(), remove(), views() and close() from any core.
// Never   remembers a pull over a restart: the module does. Must outlive close().
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "media/pull/puller.h"
#include "runtime/stop_gate.h"

namespace vitrine {

class Pulls {
 public:
  Pulls(Cores& cores, Puller::Uses uses);

  // Begins at once, or when one of this id that was removed has let go; nothing once closed.
  void start(PullOrder order);
  // Answers when the pull has let go of everything, after 2 s at the latest: one that is just connecting
  // ends by itself a little later. Nothing to do when there is no such pull.
  Task<void> remove(PullId id, std::string stream);
  // Empty optional when there is no such pull.
  Task<std::optional<PullView>> view(PullId id, std::string stream);
  Task<void> close(Milliseconds time);

 private:
  struct PerCore {
    StopGate gate;
    std::map<PullId, std::unique_ptr<Puller>> pullers;
  };
  PerCore& at(const Core& core) { return *per_core_[static_cast<size_t>(core.index())]; }
  Task<void> run(PullOrder order);
  Task<void> remove_here(PullId id);
  Task<std::optional<PullView>> view_here(PullId id);
  Task<void> close_here(Milliseconds time);

  Cores& cores_;
  Puller::Uses uses_;
  std::vector<std::unique_ptr<PerCore>> per_core_;
};

}  // namespace vitrine
