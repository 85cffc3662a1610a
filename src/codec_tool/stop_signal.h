// Says when to end: on SIGTERM or SIGINT, or when the parent that holds the other end of our standard
// input is gone. A terminal or a file as standard input is not watched.
//
// Owns    a signalfd; blocks both signals for the thread that makes it, before any other thread starts.
// Thread  the one that made it.
#pragma once

#include "base/clock.h"

namespace vitrine {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() { return wait(Milliseconds(0)); }
  // True as soon as it is time to end, false after `time`.
  bool wait(Milliseconds time);

 private:
  int signals_ = -1;
  bool watch_input_ = false;
  bool requested_ = false;
};

}  // namespace vitrine
