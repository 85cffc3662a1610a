// A room's likes: a total that viewers see several times a second and that is stored now and then.
//
// Owns    the total and how much of it is stored.
// Thread  the room's home core.
// Never   counts more than kTapsPerSecond taps a second of one connection.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace vitrine {

inline constexpr int64_t kTapsPerSecond = 20;  // of one connection

// What one connection may still do in this second.
class SecondAllowance {
 public:
  explicit SecondAllowance(int64_t most) : most_(most) {}

  // How many of `wanted` are allowed.
  int64_t take(int64_t wanted, MonotonicTime now) {
    if (now - second_ >= Microseconds(1'000'000)) {
      second_ = now;
      left_ = most_;
    }
    const int64_t taken = std::min(wanted, left_);
    left_ -= taken;
    return taken;
  }

 private:
  const int64_t most_;
  MonotonicTime second_{Microseconds(-1'000'000)};
  int64_t left_ = 0;
};

class Likes {
 public:
  explicit Likes(int64_t stored) : total_(stored), stored_(stored) {}
  void add(int64_t taps) { total_ += taps; }
  int64_t total() const { return total_; }
  bool unsaved() const { return total_ != stored_; }
  void saved(int64_t total) { stored_ = total; }

 private:
  int64_t total_;
  int64_t stored_;
};

}  // namespace vitrine
