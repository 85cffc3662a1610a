// A one-shot time limit. All limits of a core share one coarse timer, so arming one costs a list
// insertion, and a timer only runs while something is armed.
//
// Owns    its place in the core's wheel.
// Thread  the core.
// Never   fires early; may fire up to 200 ms late.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace vitrine {

class DeadlineWheel;

class Deadline {
 public:
  struct Entry {
    Entry* previous = nullptr;
    Entry* next = nullptr;  // null: not armed
    uint64_t due_tick = 0;
    std::function<void()> expired;
  };

  // `expired` runs on the core, at most once per arm(). It may arm this deadline again but must not
  // destroy it.
  Deadline(boost::asio::io_context& io, std::function<void()> expired);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Counts from now; replaces what was armed.
  void arm(Milliseconds time);
  void disarm();
  bool armed() const { return entry_.next != nullptr; }

 private:
  DeadlineWheel& wheel_;
  Entry entry_;
};

}  // namespace vitrine
